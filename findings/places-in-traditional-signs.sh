#!/usr/bin/env bash
# zhconv writes place names in traditional signs by their ordinary words: Xianyang becomes 鹹陽, "salty",
# Haidian 海澱, "starch", and a kilometre 公裏, "public inside". OpenCC knows these.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check zhconv==1.4.3 OpenCC==1.4.2
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import opencc
import zhconv

WORDS = ("咸阳市", "岳阳市", "海淀区", "三里屯", "公里", "签名")
print(*(f"{name} {version(name)}" for name in ("zhconv", "OpenCC")))
by_zhconv = [zhconv.convert(word, "zh-hant") for word in WORDS]
converter = opencc.OpenCC("s2t")
by_opencc = [converter.convert(word) for word in WORDS]
print("zhconv:", *by_zhconv)
print("OpenCC:", *by_opencc)
assert by_zhconv == ["鹹陽市", "嶽陽市", "海澱區", "三裏屯", "公裏", "籤名"]
assert by_opencc == ["咸陽市", "岳陽市", "海淀區", "三里屯", "公里", "簽名"]
PY
