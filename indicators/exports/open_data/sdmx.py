"""SDMX 3.0: agency, concepts, code lists, data structure and dataflow, and the columns of the data.

Written here, since the library at hand writes Chinese names as English ones (`pysdmx` 1.21); the
tests read it back with that library, against the standard's own schemas. Every release has a
version of its own, so that what a version holds never changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.compute as pc

from indicators.exports.downloads import fit_for_xml
from indicators.exports.open_data.columns import Table, in_both
from indicators.exports.open_data.descriptor import Whole
from indicators.wording import Text, sentence

AGENCY = "QUALITY_GOVERNANCE"
_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
_STANDARD = "2.2"  # of the code lists of SDMX itself
FLOWS = {"OBSERVATIONS": "real", "DEMONSTRATION": "demonstration"}  # each, and its dataset
# Component → the column that it is, the list of its codes.
DIMENSIONS = {
    "FREQ": ("", "CL_FREQ"),
    "INDICATOR": ("indicator", "CL_INDICATOR"),
    "SCHEME": ("scheme", "CL_SCHEME"),
    "INDUSTRY": ("industry", "CL_INDUSTRY"),
    "SIZE": ("size", "CL_SIZE"),
    "REF_AREA": ("region", "CL_REGION"),
}
_ATTRIBUTES = {
    "OBS_STATUS": ("status", "CL_OBS_STATUS"),
    "CONF_STATUS": ("confidentiality", "CL_CONF_STATUS"),
    "UNIT_MEASURE": ("", "CL_UNIT"),
    "NUMERATOR": ("numerator", "Double"),
    "DENOMINATOR": ("denominator", "Double"),
    "SOURCE": ("source", "String"),  # folders of own figures are named in any letters
    "CITATION": ("citation", "String"),
    "RELEASE": ("release", "Integer"),
}
# Component → the column that it is.
COLUMNS_OF = {
    "TIME_PERIOD": "period",
    "OBS_VALUE": "value",
    **{name: column for name, (column, _) in (DIMENSIONS | _ATTRIBUTES).items() if column},
}
_KINDS = {"Double": pa.float64(), "Integer": pa.int32()}
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("STRUCTURE", "STRUCTURE_ID", "ACTION", *DIMENSIONS)),
        ("TIME_PERIOD", pa.string()),
        ("OBS_VALUE", pa.float64()),
        *((name, _KINDS.get(kind, pa.string())) for name, (_, kind) in _ATTRIBUTES.items()),
    ]
)
CODE_LISTS = {
    "CL_INDICATOR": "indicators",
    "CL_SCHEME": "schemes",
    "CL_INDUSTRY": "industries",
    "CL_SIZE": "sizes",
    "CL_REGION": "regions",
    "CL_UNIT": "units",
    "CL_OBS_STATUS": "statuses",
    "CL_CONF_STATUS": "confidentialities",
}
# The schemas of 3.0 take no parent that begins with a digit, though codes may (those of 3.1 do):
# the tree of regions stands in regions.csv alone.
_PARENT = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")
_OF_SDMX = {"CL_OBS_STATUS": _STANDARD, "CL_CONF_STATUS": "1.3", "CL_FREQ": "2.1"}
_MANDATORY = ("OBS_STATUS", "CONF_STATUS", "SOURCE")
FREQUENCIES = {
    "A": sentence("yearly"),
    "Q": sentence("quarterly"),
    "M": sentence("monthly"),
}
_CONCEPTS = {
    "FREQ": sentence("Frequency"),
    "INDICATOR": sentence("Indicator"),
    "SCHEME": sentence("Certification scheme"),
    "INDUSTRY": sentence("Industry"),
    "SIZE": sentence("Enterprise size"),
    "REF_AREA": sentence("Region"),
    "TIME_PERIOD": sentence("Period"),
    "OBS_VALUE": sentence("Value"),
    "OBS_STATUS": sentence("Status"),
    "CONF_STATUS": sentence("Status of confidentiality"),
    "UNIT_MEASURE": sentence("Unit"),
    "NUMERATOR": sentence("Numerator"),
    "DENOMINATOR": sentence("Denominator"),
    "SOURCE": sentence("Source"),
    "CITATION": sentence("Citation"),
    "RELEASE": sentence("Release"),
}


def dataflow(whole: Whole) -> str:
    """Return what the rows of SDMX-CSV name as the structure they are of."""
    return f"{AGENCY}:{_name(whole)}({whole.number}.0.0)"


def _name(whole: Whole) -> str:
    return "DEMONSTRATION" if whole.is_demonstration else "OBSERVATIONS"


def observations(figures: pa.Table, whole: Whole, units: Mapping[str, str]) -> pa.Table:
    """Return figures as SDMX-CSV 2.0 has them, columns as SCHEMA; `units` by indicator."""
    period = figures["period"]
    quarterly = pc.match_substring(period, "Q")
    yearly = pc.equal(pc.utf8_length(period), 4)
    keys = pa.array(list(units), pa.string())
    unit = pa.array(list(units.values()), pa.string())
    columns = {
        "STRUCTURE": _repeated("dataflow", figures.num_rows),
        "STRUCTURE_ID": _repeated(dataflow(whole), figures.num_rows),
        "ACTION": _repeated("I", figures.num_rows),
        "FREQ": pc.if_else(yearly, "A", pc.if_else(quarterly, "Q", "M")),
        "UNIT_MEASURE": unit.take(pc.index_in(figures["indicator"], value_set=keys)),
    }
    columns |= {name: figures[column] for name, column in COLUMNS_OF.items()}
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


# Of structure-specific data by the version of SDMX-ML: which schemas, how it names the dataflow,
# what each observation is told by. Clients of 2.1, such as rsdmx of R, look for series alone.
_SCHEMAS_OF = {"3.0": "v3_0", "2.1": "v2_1"}
_OF_DATASET = {"3.0": "", "2.1": ' ss:dataScope="DataStructure"'}
_OBSERVED_AT = {"3.0": "AllDimensions", "2.1": "TIME_PERIOD"}


def data_message(
    pages: Iterable[pa.Table], version: str, number: int, published: str, *, made_up: bool
) -> Iterator[str]:
    """Yield figures (SCHEMA) as SDMX-ML of `version`, page by page: flat, or of 2.1 by series.

    published: when release `number` was, an ISO date and time.
    """
    schemas = f"http://www.sdmx.org/resources/sdmxml/schemas/{_SCHEMAS_OF[version]}"
    flow = next(name for name, dataset in FLOWS.items() if (dataset == "demonstration") == made_up)
    whole = f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={AGENCY}:{flow}({number}.0.0)"
    named = f"<com:StructureUsage>{whole}</com:StructureUsage>"
    if version == "2.1":
        reference = f'agencyID="{AGENCY}" id="{flow}" version="{number}.0.0" class="Dataflow"'
        named = f"<com:StructureUsage><Ref {reference}/></com:StructureUsage>"
    at = _OBSERVED_AT[version]
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<mes:StructureSpecificData'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xmlns:mes="{schemas}/message" xmlns:ss="{schemas}/data/structurespecific"'
        f' xmlns:com="{schemas}/common" xmlns:flow="{whole}:ObsLevelDim:{at}">\n'
        f"<mes:Header><mes:ID>{flow}_{number}</mes:ID><mes:Test>{str(made_up).lower()}</mes:Test>"
        f'<mes:Prepared>{escape(published)}</mes:Prepared><mes:Sender id="{AGENCY}"/>'
        f'<mes:Structure structureID="{flow}" namespace="{whole}"'
        f' dimensionAtObservation="{at}">{named}</mes:Structure></mes:Header>\n'
        f'<mes:DataSet ss:structureRef="{flow}" xsi:type="flow:DataSetType"{_OF_DATASET[version]}'
        ' action="Information">\n'
    )
    for page in pages:
        rows = page.select(_TOLD).to_pylist()
        yield "".join(_by_series(rows) if version == "2.1" else map(_observation, rows))
    yield "</mes:DataSet>\n</mes:StructureSpecificData>\n"


def _by_series(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    def key(row: Mapping[str, Any]) -> list[str]:
        return [row[name] for name in DIMENSIONS]

    for _, series in groupby(sorted(rows, key=key), key):
        own = list(series)
        yield f"<Series {_attributes({name: own[0][name] for name in DIMENSIONS})}>\n"
        for row in own:
            yield _observation({name: row[name] for name in row if name not in DIMENSIONS})
        yield "</Series>\n"


def _observation(row: Mapping[str, Any]) -> str:
    return f"<Obs {_attributes(row)}/>\n"


_TOLD = [name for name in SCHEMA.names if name not in ("STRUCTURE", "STRUCTURE_ID", "ACTION")]


def _attributes(row: Mapping[str, Any]) -> str:
    told = {name: _written(cell) for name, cell in row.items() if cell is not None}
    return " ".join(f"{name}={quoteattr(fit_for_xml(text))}" for name, text in told.items())


def _written(cell: Any) -> str:
    whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT
    return str(int(cell)) if whole else str(cell)


_EXACT = 1e15  # below which a whole number is written with all its digits


def _repeated(text: str, times: int) -> pa.Array:
    return pa.array([text], pa.string()).take(pa.array([0] * times, pa.int32()))


def structure(whole: Whole, tables: Sequence[Table]) -> str:
    """Return the structure message: all that the data refer to."""
    return "\n".join([*_message(whole, {table.name: table for table in tables}), ""])


def _message(whole: Whole, tables: Mapping[str, Table]) -> Iterator[str]:
    version, name = f"{whole.number}.0.0", _name(whole)
    test = "true" if whole.is_demonstration else "false"
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<mes:Structure xmlns:mes="{_SCHEMAS}/message" xmlns:str="{_SCHEMAS}/structure"'
        f' xmlns:com="{_SCHEMAS}/common">'
    )
    yield "<mes:Header>"
    yield f"<mes:ID>{name}_{whole.number}</mes:ID><mes:Test>{test}</mes:Test>"
    yield f"<mes:Prepared>{escape(whole.published)}</mes:Prepared>"
    yield f'<mes:Sender id="{AGENCY}">{_names(whole.home)}</mes:Sender>'
    yield "</mes:Header>"
    yield "<mes:Structures>"
    yield "<str:AgencySchemes>"
    yield '<str:AgencyScheme id="AGENCIES" agencyID="SDMX">'
    yield _names(Text("SDMX", "SDMX"))
    urn = f"urn:sdmx:org.sdmx.infomodel.base.Agency=SDMX:AGENCIES(1.0).{AGENCY}"
    yield f'<str:Agency id="{AGENCY}" urn="{urn}">{_names(whole.home)}</str:Agency>'
    yield "</str:AgencyScheme></str:AgencySchemes>"
    yield "<str:Codelists>"
    for code_list, table in CODE_LISTS.items():
        yield from _code_list(code_list, tables[table], version)
    yield from _codes("CL_FREQ", in_both(sentence("Frequency")), _frequencies(), version)
    yield "</str:Codelists>"
    yield "<str:ConceptSchemes>"
    yield from _maintained(
        "ConceptScheme", "conceptscheme.ConceptScheme", AGENCY, "CONCEPTS", version
    )
    yield _names(in_both(sentence("Concepts")))
    for concept, said in _CONCEPTS.items():
        urn = _concept(concept, version)
        yield f'<str:Concept id="{concept}" urn="{urn}">{_names(in_both(said))}</str:Concept>'
    yield "</str:ConceptScheme></str:ConceptSchemes>"
    yield "<str:Dataflows>"
    yield from _maintained("Dataflow", "datastructure.Dataflow", AGENCY, name, version)
    yield _names(whole.title) + _descriptions(whole.description)
    of = f"urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure={AGENCY}:{name}({version})"
    yield f"<str:Structure>{of}</str:Structure></str:Dataflow></str:Dataflows>"
    yield "<str:DataStructures>"
    yield from _maintained("DataStructure", "datastructure.DataStructure", AGENCY, name, version)
    yield _names(whole.title) + _descriptions(whole.description)
    yield from _components(version)
    yield "</str:DataStructure></str:DataStructures>"
    yield "</mes:Structures>"
    yield "</mes:Structure>"


def _components(version: str) -> Iterator[str]:
    yield '<str:DataStructureComponents><str:DimensionList id="DimensionDescriptor">'
    for place, (name, (_, values)) in enumerate(DIMENSIONS.items(), start=1):
        yield f'<str:Dimension id="{name}" position="{place}">{_identity(name, version)}'
        yield f"{_representation(values, version)}</str:Dimension>"
    yield f'<str:TimeDimension id="TIME_PERIOD">{_identity("TIME_PERIOD", version)}'
    yield f"{_representation('ObservationalTimePeriod', version)}</str:TimeDimension>"
    yield '</str:DimensionList><str:AttributeList id="AttributeDescriptor">'
    for name, (_, values) in _ATTRIBUTES.items():
        usage = "mandatory" if name in _MANDATORY else "optional"
        yield f'<str:Attribute id="{name}" usage="{usage}">{_identity(name, version)}'
        yield _representation(values, version)
        yield "<str:AttributeRelationship><str:Observation/></str:AttributeRelationship>"
        yield "</str:Attribute>"
    yield '</str:AttributeList><str:MeasureList id="MeasureDescriptor">'
    yield f'<str:Measure id="OBS_VALUE" usage="optional">{_identity("OBS_VALUE", version)}'
    yield f"{_representation('Double', version)}</str:Measure>"
    yield "</str:MeasureList></str:DataStructureComponents>"


def _identity(concept: str, version: str) -> str:
    return f"<str:ConceptIdentity>{_concept(concept, version)}</str:ConceptIdentity>"


def _representation(values: str, version: str) -> str:
    kind = f'<str:TextFormat textType="{values}"/>'
    if values.startswith("CL_"):
        agency, edition = _edition(values, version)
        of = f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={agency}:{values}({edition})"
        kind = f"<str:Enumeration>{of}</str:Enumeration>"
    return f"<str:LocalRepresentation>{kind}</str:LocalRepresentation>"


def _edition(code_list: str, version: str) -> tuple[str, str]:
    """Return who maintains a code list, and its version."""
    if code_list in _OF_SDMX:
        return "SDMX", _OF_SDMX[code_list]
    return AGENCY, version


def _concept(concept: str, version: str) -> str:
    scheme = f"{AGENCY}:CONCEPTS({version})"
    return f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={scheme}.{concept}"


def _code_list(name: str, table: Table, version: str) -> Iterator[str]:
    key = table.key[0]
    codes = [
        (str(row[key]), Text(row["name_zh"], row["name_en"]), row.get("parent"))
        for row in table.rows
    ]
    yield from _codes(name, table.title, codes, version)


def _frequencies() -> list[tuple[str, Text, Any]]:
    return [(code, in_both(said), None) for code, said in FREQUENCIES.items()]


def _codes(
    name: str, title: Text, codes: Sequence[tuple[str, Text, Any]], version: str
) -> Iterator[str]:
    agency, edition = _edition(name, version)
    # Of a list of SDMX itself here are the codes in use.
    partial = ' isPartial="true"' if agency == "SDMX" else ""
    yield from _maintained("Codelist", "codelist.Codelist", agency, name, edition, partial)
    yield _names(title)
    nested = all(_PARENT.fullmatch(parent or "A") for _, _, parent in codes)
    for code, text, parent in codes:
        urn = f"urn:sdmx:org.sdmx.infomodel.codelist.Code={agency}:{name}({edition}).{code}"
        above = f"<str:Parent>{escape(parent)}</str:Parent>" if parent and nested else ""
        names = _names(text)
        yield f"<str:Code id={quoteattr(code)} urn={quoteattr(urn)}>{names}{above}</str:Code>"
    yield "</str:Codelist>"


def _maintained(
    element: str, kind: str, agency: str, name: str, version: str, more: str = ""
) -> Iterator[str]:
    urn = f"urn:sdmx:org.sdmx.infomodel.{kind}={agency}:{name}({version})"
    yield f'<str:{element} id="{name}" agencyID="{agency}" version="{version}" urn="{urn}"{more}>'


def _names(text: Text) -> str:
    return "".join(
        f'<com:Name xml:lang="{language}">{escape(fit_for_xml(said))}</com:Name>'
        for language, said in (("zh", text.zh), ("en", text.en))
    )


def _descriptions(text: Text) -> str:
    return _names(text).replace("com:Name", "com:Description")
