"""Functions from examples: bottom-up enumeration over the language's own operations, then divide and conquer."""
