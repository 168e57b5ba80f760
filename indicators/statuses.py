"""What SDMX says of an observation: every status with its code, its sentence and its mark."""

from __future__ import annotations

from enum import Enum

from indicators.wording import sentence


class ObservationStatus(Enum):
    """The codes of SDMX CL_OBS_STATUS 2.2 that figures here may have.

    sentence: what it says, in English, to be put into a language by `Wording`. mark: the mark
    that official statistics put beside such a figure. has_value: whether there is a figure.
    """

    NORMAL = "A", sentence("Reported")
    BREAK = "B", sentence("Break in series"), "[b]"
    DEFINITION_DIFFERS = "D", sentence("Definition differs"), "[d]"
    ESTIMATED = "E", sentence("Estimated"), "[e]"
    FORECAST = "F", sentence("Forecast"), "[f]"
    IMPUTED = "I", sentence("Imputed"), "[i]"
    NOT_COLLECTED = "L", sentence("Not collected"), "[x]", False
    NOT_APPLICABLE = "M", sentence("Not applicable"), "[z]", False
    NO_DATA = "O", sentence("No data"), "[x]", False
    PROVISIONAL = "P", sentence("Provisional"), "[p]"
    LOW_RELIABILITY = "U", sentence("Low reliability"), "[u]"

    def __init__(self, code: str, said: str, mark: str = "", has_value: bool = True) -> None:
        self.code = code
        self.sentence = said
        self.mark = mark
        self.has_value = has_value


OBSERVATION_STATUSES = {status.code: status for status in ObservationStatus}
