"""What Slack's framework for Python needs for a signed command and one row in SQLite.

`server.py FILE` prints where it listens, on the loopback address, and ends when its standard input does.
"""

import os
import sqlite3
import sys
import threading

import waitress
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

rows = sqlite3.connect(sys.argv[1], isolation_level=None, check_same_thread=False)
rows.execute("PRAGMA journal_mode = WAL")
rows.execute("PRAGMA synchronous = FULL")
rows.execute("CREATE TABLE commands (trigger_id TEXT PRIMARY KEY, user TEXT NOT NULL, line TEXT NOT NULL) STRICT")
alone = threading.Lock()


def authorize(enterprise_id, team_id, user_id):
    """Who is asking is not looked up at Slack: Sublet does not do it for each command either."""
    return AuthorizeResult(
        enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-load", bot_id="B0LOAD", bot_user_id="U0BOT"
    )


app = App(signing_secret=os.environ["SIGNING_SECRET"], authorize=authorize)


@app.command("/env")
@app.command("/key")
@app.command("/template")
@app.command("/sublet")
def keep(command, ack):
    line = f"{command['command']} {command['text']}"
    with alone:
        rows.execute("INSERT INTO commands VALUES (?, ?, ?)", (command["trigger_id"], command["user_id"], line))
    ack(response_type="ephemeral", text=f"Kept: {command['text']}")


def until_told() -> None:
    sys.stdin.read()
    server.close()
    os._exit(0)


server = waitress.create_server(
    SlackRequestHandler(app, "/slack/commands"), host="127.0.0.1", port=0, threads=16, connection_limit=1000
)
threading.Thread(target=until_told, daemon=True).start()
print(f"listening on 127.0.0.1:{server.effective_port}", flush=True)
server.run()
