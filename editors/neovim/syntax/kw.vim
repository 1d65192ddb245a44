" Colours for spec files where no server runs; semantic tokens refine them.
if exists("b:current_syntax")
  finish
endif

syn keyword kwDeclaration axiom example fn kernel lemma module opaque record refine resource theorem type use
syn keyword kwClause after auto by cases compose decreases deterministic ensures evidence fails family idempotent induction invariant irrevocable prompt python reads requires rollback tool using version when writes
syn keyword kwControl apply as assert case else exists fold forall guard hole if iterate let map match max retry then while with
syn keyword kwWord and in not or
syn keyword kwConstant true false
syn keyword kwBasic Bool Int List Map Option Real Set String Unit
syn match kwNumber "\<\d[0-9_]*\(\.\d[0-9_]*\)\?\>"
syn match kwConstructor "\<[A-Z][A-Za-z0-9_']*"
syn match kwComment "#.*$" contains=@Spell
syn match kwDoc "##.*$" contains=@Spell
syn match kwEscape "\\." contained
syn region kwHole start="{" end="}" contained contains=kwNumber,kwConstructor
syn region kwString start=+"+ skip=+\\.+ end=+"\|$+ contains=kwEscape
syn region kwPrompt start=+"""+ end=+"""+ contains=kwEscape,kwHole

hi def link kwDeclaration Structure
hi def link kwClause Statement
hi def link kwControl Conditional
hi def link kwWord Operator
hi def link kwConstant Boolean
hi def link kwBasic Type
hi def link kwConstructor Type
hi def link kwNumber Number
hi def link kwComment Comment
hi def link kwDoc SpecialComment
hi def link kwEscape SpecialChar
hi def link kwHole Special
hi def link kwString String
hi def link kwPrompt String

let b:current_syntax = "kw"
