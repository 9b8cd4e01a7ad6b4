"""Runs programs that ask Keras, each in a fork of this process, which has loaded it: to load it takes five seconds.

Told the path of a Unix socket, and the process with whose end it ends. A connection brings one JSON document, the path of
a program and what it reads; it is answered with one, what the program wrote and how it ended.
"""

import json
import os
import runpy
import signal
import socket
import sys
import tempfile
import traceback

import keras  # noqa: F401
import tensorflow  # noqa: F401


def run(script, files):
    """In a process of its own, which ends here."""
    code = 0
    try:
        for number, file in enumerate(files):
            os.dup2(file.fileno(), number)
        sys.argv = [script]
        sys.path.insert(0, os.path.dirname(script))
        runpy.run_path(script, run_name="__main__")
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def answer(connection):
    """Waits for the program, in a process of its own too: several test files ask at once."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection.makefile("r", encoding="utf8") as stream:
        asked = json.load(stream)
    files = [tempfile.TemporaryFile() for _ in range(3)]
    files[0].write(json.dumps(asked["question"]).encode())
    files[0].seek(0)
    child = os.fork()
    if child == 0:
        run(asked["script"], files)
    _, status = os.waitpid(child, 0)
    for file in files[1:]:
        file.seek(0)
    output, errors = (file.read().decode() for file in files[1:])
    reply = {"code": os.waitstatus_to_exitcode(status), "output": output, "errors": errors}
    connection.sendall(json.dumps(reply).encode())
    os._exit(0)


def serve(path, owner):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    # Whoever finds it under its name may connect.
    listener.bind(f"{path}.new")
    listener.listen()
    os.rename(f"{path}.new", path)
    listener.settimeout(1)
    while True:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            try:
                os.kill(owner, 0)
                continue
            except ProcessLookupError:
                return
        connection.setblocking(True)
        if os.fork() == 0:
            answer(connection)
        connection.close()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
