"""Rules of the text and the schema of BPMN 2.0 (ISO/IEC 19510), for whatever is drawn: executable or not.

They look at the file as it is, before links and shared definitions are resolved.
"""

from __future__ import annotations
