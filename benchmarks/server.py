"""A Streamlit server of our own and a client that speaks its websocket, to weigh a rerun."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets import Origin, Subprotocol
from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(
    script: Path,
    *,
    folder: Path = ROOT,
    environment: dict[str, str] | None = None,
    bound: str = "127.0.0.1",
) -> Iterator[tuple[psutil.Process, int]]:
    """Run `streamlit run script` in `folder` until the block ends, on loopback unless `bound`."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.port",
        str(port),
        "--server.address",
        bound,
        "--server.headless",
        "true",
        "--browser.gatherUsageStats",
        "false",
    ]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"ACCESS": "local"} | (environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_answer(f"http://127.0.0.1:{port}/_stcore/health")
        yield psutil.Process(process.pid), port
    finally:
        process.terminate()
        process.wait(timeout=30)


def await_answer(address: str, seconds: float = 180) -> None:
    """Return once an address answers; raise `TimeoutError` if it does not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(address)


@dataclass
class Run:
    """What one script run sent to the browser."""

    seconds: float
    sent: int
    widgets: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    elements: int = 0
    html: list[str] = field(default_factory=list)
    again: str = ""  # the part of the page that asks to be run again by itself
    exceptions: list[str] = field(default_factory=list)


class Visitor:
    """One browser session, without the browser: it remembers the address and the widgets."""

    def __init__(self, port: int, page: str = "", query: str = "") -> None:
        self._socket: ClientConnection = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            compression=None,
            origin=Origin(f"http://127.0.0.1:{port}"),
        )
        self._page, self._query = page, query
        self._widgets: dict[str, str] = {}

    def close(self) -> None:
        self._socket.close()

    def run(self, chosen: dict[str, str] | None = None, clicked: str = "", part: str = "") -> Run:
        """Ask for a script run and read until it has finished.

        `chosen`: the option of each select box that is changed, by the widget's key. `clicked`: the
        key of a button. `part`: the one that is run instead of the whole page.
        """
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_name = self._page
        message.rerun_script.widget_states.widgets.extend(
            WidgetState(id=self._widgets[key], string_value=option)
            for key, option in (chosen or {}).items()
        )
        if clicked:
            pressed = WidgetState(id=self._widgets[clicked], trigger_value=True)
            message.rerun_script.widget_states.widgets.append(pressed)
        message.rerun_script.fragment_id = part
        begun = time.perf_counter()
        self._socket.send(message.SerializeToString())
        run = Run(0.0, 0)
        while True:
            data = self._socket.recv(timeout=120)
            run.sent += len(data)
            answer = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
            match answer.WhichOneof("type"):
                case "delta":
                    _note(answer, run)
                case "auto_rerun":
                    run.again = answer.auto_rerun.fragment_id
                case "page_info_changed":
                    self._query = answer.page_info_changed.query_string
                case "script_finished":
                    if answer.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        continue  # it goes on with another run by itself
                    run.seconds = time.perf_counter() - begun
                    # A select box has a new identity when its options change.
                    self._widgets |= run.widgets
                    return run


def _note(answer: ForwardMsg, run: Run) -> None:
    element = answer.delta.new_element
    kind = element.WhichOneof("type")
    run.elements += 1
    if kind == "html":
        run.html.append(element.html.body)
    if kind == "exception":
        run.exceptions.append(element.exception.message)
    widget = getattr(element, kind) if kind else None
    if widget is not None and hasattr(widget, "id") and widget.id:
        key = widget.id.split("-", 2)[-1]
        run.widgets[key] = widget.id
        run.options[key] = list(getattr(widget, "options", []))
        run.shown[key] = str(getattr(widget, "raw_value", ""))
