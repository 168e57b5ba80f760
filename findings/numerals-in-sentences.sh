#!/usr/bin/env bash
# cn2an turns the Chinese numerals of a sentence into digits: "one or two firms" (一两家) are 12 firms, the
# third and fourth quarters the 34th, and Sichuan is the province "4川". It warns of none of these.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check cn2an==0.5.24
cd "$folder"
venv/bin/python -W error - <<'PY'
from importlib.metadata import version

import cn2an

SENTENCES = {
    "合格企业三千五百家": "合格企业3500家",
    "每县仅有一两家": "每县仅有12家",
    "三四季度均有增长": "34季度均有增长",
    "四川省和九江市": "4川省和9江市",
    "百分之三十五至四十": "35%至40",
}
print("cn2an", version("cn2an"))
turned = {sentence: cn2an.transform(sentence, "cn2an") for sentence in SENTENCES}
for sentence, answer in turned.items():
    print(sentence, "→", answer)
assert turned == SENTENCES
PY
