#!/usr/bin/env bash
# The server of Streamlit opens its socket without naming TCP as the protocol, by which asyncio
# leaves Nagle's algorithm on: on a connection that is kept open every small answer waits for the
# delayed acknowledgement of its first part, on Linux 40 ms. A socket that names TCP does not wait.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check streamlit==1.67.0 uvicorn==0.54.0
cd "$folder"
echo 'import streamlit as st; st.write("a page")' > page.py
cat > plain.py <<'PY'
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
PY
venv/bin/python -W ignore - <<'PY'
import http.client
import socket
import subprocess
import sys
import time
from importlib.metadata import version
from statistics import median


def asked(command: list[str], path: str) -> float:
    """Return the median of 30 answers on one connection, in milliseconds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [part.replace("PORT", str(port)) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(2)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        waits = []
        for _ in range(30):
            begun = time.perf_counter()
            connection.request("GET", path)
            connection.getresponse().read()
            waits.append(1000 * (time.perf_counter() - begun))
        return median(waits)
    finally:
        server.terminate()
        server.wait(30)


python = [sys.executable, "-m"]
page = [*python, "streamlit", "run", "page.py", "--server.port", "PORT", "--server.headless", "true",
        "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
plain = [*python, "uvicorn", "plain:app", "--host", "127.0.0.1", "--port", "PORT"]
streamlit, uvicorn = asked(page, "/_stcore/health"), asked(plain, "/")
print("streamlit", version("streamlit"), "uvicorn", version("uvicorn"))
print(f"health of a Streamlit server, connection kept open: {streamlit:.1f} ms")
print(f"an answer of uvicorn by itself, connection kept open: {uvicorn:.1f} ms")
assert streamlit > 35 > uvicorn
PY
