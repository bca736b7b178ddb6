"""A mail catcher: an SMTP server that keeps every mail as a file, and a web page that shows them.

Runs in the virtual environment (it needs aiosmtpd): python -m devtools.mailbox SMTP_PORT WEB_PORT FOLDER. Not as a
script: its name would hide the standard library's mailbox from aiosmtpd.
"""

import email
import email.policy
import html
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from aiosmtpd.controller import Controller

PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }}
table {{ width: 100%; border-collapse: collapse }}
td, th {{ text-align: left; padding: .4rem; border-top: 1px solid #ddd }}
iframe {{ width: 100%; height: 60vh; border: 1px solid #ddd }}
pre {{ white-space: pre-wrap; background: #f6f6f6; padding: 1rem }}
</style><h1>{title}</h1>{body}</html>"""


class Keeper:
    """Writes each mail under a temporary name and renames it, so that a reader never sees half of one."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = f"{time.time_ns()}-{self.count:05d}"
        recipients = ", ".join(envelope.rcpt_tos)
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {recipients}\r\n".encode()
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(head + envelope.original_content)
        unfinished.rename(self.folder / f"{name}.eml")
        return "250 Kept"


class Pages(BaseHTTPRequestHandler):
    """/ lists the mails; /NAME shows one; /NAME/N is its Nth part, as the mail has it."""

    folder = None

    def do_GET(self):
        name, _, index = self.path.strip("/").partition("/")
        try:
            if not name:
                return self.answer(self.listing())
            message = self.read(self.folder / f"{Path(name).name}.eml")
            if index:
                part = list(message.walk())[int(index)]
                return self.answer(part.get_payload(decode=True) or b"", part.get_content_type())
            return self.answer(self.show(name, message))
        except (FileNotFoundError, ValueError, IndexError):
            return self.answer(b"no such mail", "text/plain", 404)

    def read(self, path):
        return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)

    def listing(self):
        rows = []
        for path in sorted(self.folder.glob("*.eml"), reverse=True):
            message = self.read(path)
            cells = (message["Date"], message["X-Envelope-To"], message["Subject"])
            texts = [html.escape(str(cell or "")) for cell in cells]
            texts[2] = f'<a href="/{quote(path.stem)}">{texts[2] or "(no subject)"}</a>'
            rows.append("<tr>" + "".join(f"<td>{text}</td>" for text in texts) + "</tr>")
        table = f"<table><tr><th>Date</th><th>To</th><th>Subject</th></tr>{''.join(rows)}</table>"
        return page("Mails caught", table if rows else "<p>No mail yet. Reload after a booking.</p>")

    def show(self, name, message):
        shown = ("Date", "From", "To", "Cc", "Reply-To", "X-Envelope-To", "Message-Id")
        lines = [f"<b>{key}:</b> {html.escape(str(message[key]))}<br>" for key in shown if message[key]]
        for index, part in enumerate(message.walk()):
            if part.is_multipart():
                continue
            kind, address = part.get_content_type(), f"/{quote(name)}/{index}"
            label = html.escape(f"{kind} {part.get_filename() or ''}")
            lines.append(f'<h2><a href="{address}">{label}</a></h2>')
            if kind == "text/html":
                lines.append(f'<iframe sandbox="allow-popups" src="{address}"></iframe>')
            elif kind.startswith("text/") or kind == "application/ics":
                lines.append(f"<pre>{html.escape(part.get_payload(decode=True).decode('utf-8', 'replace'))}</pre>")
        return page(str(message["Subject"] or "(no subject)"), "".join(lines) + '<p><a href="/">All mails</a></p>')

    def answer(self, body, kind="text/html", status=200):
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Keep the terminal for what matters."""


def page(title, body):
    return PAGE.format(title=html.escape(title), body=body).encode()


def main(smtp_port, web_port, folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # 40 MB: Odoo's own limit on attachments is 25 MB, a third more when encoded.
    Controller(Keeper(folder), hostname="127.0.0.1", port=int(smtp_port), data_size_limit=40 * 1024 * 1024).start()
    pages = type("Pages", (Pages,), {"folder": folder})
    ThreadingHTTPServer(("127.0.0.1", int(web_port)), pages).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
