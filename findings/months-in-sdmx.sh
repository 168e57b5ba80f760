#!/usr/bin/env bash
# SDMX writes the reporting month December 2023 as 2023-M12. sdmx1 hands it to pandas, which sees twelve
# seconds past midnight on 1 January: a year of months becomes the first twelve seconds of the year. The
# third of the year 2023-T3, September to December, becomes March.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check sdmx1==2.28.0 pandas==3.1.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import io
from importlib.metadata import version

import pandas as pd
import sdmx

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
MESSAGE = """<?xml version="1.0"?>
<m:GenericData xmlns:m="{s}/message" xmlns:c="{s}/common" xmlns:g="{s}/data/generic">
<m:Header><m:ID>x</m:ID><m:Test>false</m:Test><m:Prepared>2024-01-01T00:00:00</m:Prepared>
<m:Sender id="S"/><m:Structure structureID="D" dimensionAtObservation="TIME_PERIOD"><c:Structure>
<Ref agencyID="A" id="D" version="1.0"/></c:Structure></m:Structure></m:Header>
<m:DataSet structureRef="D" action="Replace"><g:Series><g:SeriesKey><g:Value id="REGION" value="11"/>
</g:SeriesKey>{observations}</g:Series></m:DataSet></m:GenericData>"""


def read(*periods: str) -> list[str]:
    observations = "".join(
        f'<g:Obs><g:ObsDimension value="{period}"/><g:ObsValue value="1"/></g:Obs>' for period in periods
    )
    message = MESSAGE.format(s=SCHEMAS, observations=observations)
    data = sdmx.read_sdmx(io.BytesIO(message.encode())).data[0]
    return [str(moment) for moment in sdmx.to_pandas(data, datetime="TIME_PERIOD").index]


print("sdmx1", version("sdmx1"), "pandas", version("pandas"))
moments = {periods: read(*periods) for periods in (("2023-M01", "2023-M12"), ("2023-T3",), ("2023-Q3",))}
print(moments)
print("pandas alone:", pd.Period("2023-M12"), pd.Period("2023-T3"))
assert moments == {
    ("2023-M01", "2023-M12"): ["2023-01-01 00:00:01", "2023-01-01 00:00:12"],
    ("2023-T3",): ["2023-03-01 00:00:00"],
    ("2023-Q3",): ["2023-07-01 00:00:00"],
}
assert pd.Period("2023-M12").freqstr == "s"
PY
