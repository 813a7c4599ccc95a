"""What a text is made of before anybody calls it a word: runs of letters and digits, each of one script; pure."""

import re

ASIAN = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"  # scripts without spaces
RUN = re.compile(f"[^\\W_{ASIAN}]+|(?:[^\\W_](?<=[{ASIAN}]))+")
