"""The letters that a round may hold: printable ASCII, and the characters of Chinese.

The two blocks of ideographs have no second spelling of anything: no wide or composed letters, no
compatibility forms. Signs stand in texts alone, never in names.
"""

import re

IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff"
SIGNS = (
    "\u00b7\u2014\u2018\u2019\u201c\u201d\u2026\u3001\u3002\u300a-\u3011"
    "\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
NAME_LETTER = f"[A-Za-z0-9._{IDEOGRAPHS}-]"
NAME = re.compile(f"{NAME_LETTER}{{1,48}}")
TEXT = re.compile(rf"[ !#-\[\]-~{SIGNS}{IDEOGRAPHS}]*")  # no quote, no backslash
