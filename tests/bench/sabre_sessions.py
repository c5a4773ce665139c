"""Plays so many sessions with Sabre in one process, at its best: compiled once, its files read once, nothing
printed. Usage: sabre_sessions.py SABRE.PY SESSIONS ARGUMENTS...; prints the seconds that one session took."""
import io
import json
import sys
import time

script, sessions, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
with open(script) as file:
    code = compile(file.read(), script, "exec")
files, load = {}, json.load
json.load = lambda file: files.get(file.name) or files.setdefault(file.name, load(file))
sys.argv = [script] + arguments
terminal, sys.stdout = sys.stdout, io.StringIO()
exec(code, {"__name__": "__main__"})  # imports what it needs, and reads its files
before = time.process_time()
for _ in range(sessions):
    exec(code, {"__name__": "__main__"})
print((time.process_time() - before) / sessions, file=terminal)
