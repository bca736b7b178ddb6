"""python -m tests.simulators.google --port 8100 --account anna@gmail.example --account ben@gmail.example"""

import argparse
import contextlib

from .server import make
from .world import World


def main():
    options = argparse.ArgumentParser(prog="python -m tests.simulators.google", description=__doc__)
    options.add_argument("--port", type=int, default=0, help="0 for a free one")
    options.add_argument("--account", action="append", default=[], metavar="ADDRESS[,NAME[,ZONE]]")
    options.add_argument("--client", action="append", default=[], metavar="ID,SECRET[,REDIRECT_URI...]")
    options.add_argument("--smtp", metavar="HOST:PORT", help="where to send the mails for guests")
    arguments = options.parse_args()
    world = World()
    for text in arguments.account:
        world.add_account(*text.split(","))
    for text in arguments.client:
        client_id, secret, *redirect_uris = text.split(",")
        world.clients[client_id] = {"secret": secret, "redirect_uris": redirect_uris}
    if arguments.smtp:
        host, _, port = arguments.smtp.rpartition(":")
        world.smtp = (host, int(port))
    server = make(arguments.port, world)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
