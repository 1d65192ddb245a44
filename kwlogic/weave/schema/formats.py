"""The values of ``format`` that a pattern of the common subset says exactly; they are taken as assertions.

Other formats of the standard are refused, since a type that let everything pass would take documents that validators
refuse; names that the standard does not have are annotations. Leap seconds count in UTC only.
"""

from __future__ import annotations

_DATE = (
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
_TIME = (
    r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
    r"|23:59:60(?:\.[0-9]+)?(?:[Zz]|[+-]00:00))"
)
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_BYTE}\.{_BYTE}\.{_BYTE}\.{_BYTE}"
_HEX = "[0-9A-Fa-f]"


def _ipv6() -> str:
    group = f"{_HEX}{{1,4}}"
    last = f"(?:{group}:{group}|{_IPV4})"
    forms = [f"(?:{group}:){{6}}{last}", f"::(?:{group}:){{5}}{last}"]
    for before, after in ((1, 4), (2, 3), (3, 2), (4, 1), (5, 0)):
        forms.append(f"(?:(?:{group}:){{0,{before - 1}}}{group})?::(?:{group}:){{{after}}}{last}")
    forms.append(f"(?:(?:{group}:){{0,5}}{group})?::{group}")
    forms.append(f"(?:(?:{group}:){{0,6}}{group})?::")
    return "(?:" + "|".join(forms) + ")"


_CHAR = rf"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%{_HEX}{{2}})"
_NOCOLON = rf"(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%{_HEX}{{2}})"
_NAME = rf"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%{_HEX}{{2}})*"
_USER = rf"(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%{_HEX}{{2}})*"
_HOST = rf"(?:\[(?:{_ipv6()}|[vV]{_HEX}+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\]|{_NAME})"
_AUTHORITY = f"(?:{_USER}@)?{_HOST}(?::[0-9]*)?"
_SEGMENTS = f"(?:/{_CHAR}*)*"
_ABSOLUTE = f"/(?:{_CHAR}+{_SEGMENTS})?"
_TAIL = rf"(?:\?(?:{_CHAR}|[/?])*)?(?:#(?:{_CHAR}|[/?])*)?"
_URI = f"[A-Za-z][A-Za-z0-9+.-]*:(?://{_AUTHORITY}{_SEGMENTS}|{_ABSOLUTE}|{_CHAR}+{_SEGMENTS}|){_TAIL}"
_RELATIVE = f"(?://{_AUTHORITY}{_SEGMENTS}|{_ABSOLUTE}|{_NOCOLON}+{_SEGMENTS}|){_TAIL}"

PATTERNS = {
    "date": f"^{_DATE}$",
    "time": f"^{_TIME}$",
    "date-time": f"^{_DATE}[Tt]{_TIME}$",
    "ipv4": f"^{_IPV4}$",
    "ipv6": f"^{_ipv6()}$",
    "uuid": f"^{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}$",
    "uri": f"^{_URI}$",
    "uri-reference": f"^(?:{_URI}|{_RELATIVE})$",
}
REFUSED = frozenset(
    [
        "email",
        "idn-email",
        "hostname",
        "idn-hostname",
        "iri",
        "iri-reference",
        "uri-template",
        "json-pointer",
        "relative-json-pointer",
        "regex",
        "duration",
    ]
)
