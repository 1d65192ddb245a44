"""An OpenAI-compatible chat endpoint that says what it was told to: one line of JSON on stdin for each answer.

Each answer is ``{"say": TEXT}``, ``{"status": CODE}``, ``{"slow": SECONDS}`` or ``{"refuse": "json_schema"}`` (answers 400 to
requests that ask for this format, and stays in the queue). Requests are appended to the file named on the command line.
It prints its port, and ends when its stdin does.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS = [json.loads(line) for line in sys.stdin.readline().split("\t") if line.strip()]
LOCK = threading.Lock()


class Chat(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with LOCK:
            with open(sys.argv[1], "a", encoding="utf-8") as log:
                log.write(json.dumps({"path": self.path, "key": self.headers.get("Authorization"), **request}) + "\n")
            wanted = request.get("response_format", {}).get("type")
            answer = ANSWERS[0] if len(ANSWERS) == 1 and "always" in ANSWERS[0] else ANSWERS.pop(0)
            if answer.get("refuse") and answer["refuse"] != wanted:
                answer = ANSWERS.pop(0)
            elif answer.get("refuse"):
                ANSWERS.insert(0, answer)
        if "slow" in answer:
            time.sleep(answer["slow"])
        if answer.get("refuse"):
            self.reply(400, {"error": {"message": f"response_format {wanted} is not supported"}})
        elif "status" in answer:
            self.reply(answer["status"], {"error": {"message": "told to fail"}})
        elif self.path.endswith("/messages"):
            block = (
                {"type": "tool_use", "id": "t", "name": "outputs", "input": answer["call"]}
                if "call" in answer
                else {"type": "text", "text": answer["say"]}
            )
            usage = {"input_tokens": 1, "output_tokens": 1}
            self.reply(
                200,
                {
                    "id": "x",
                    "type": "message",
                    "role": "assistant",
                    "model": request["model"],
                    "content": [block],
                    "stop_reason": "end_turn",
                    "usage": usage,
                },
            )
        else:
            message = {"role": "assistant", "content": answer.get("say", "")}
            choice = {"index": 0, "message": message, "finish_reason": answer.get("finish", "stop")}
            self.reply(200, {"id": "x", "object": "chat.completion", "created": 0, "model": request["model"], "choices": [choice]})

    def reply(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
