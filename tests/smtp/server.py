"""An SMTP server for the tests: aiosmtpd, which does to a letter what its recipient's name says.

Usage: server.py FOLDER [PORT]. The first line it prints is its port; letters that it takes go to FOLDER as .eml.

  never@…   refused for good (550)      later@…   refused for now (451), the first two times
  slow@…    taken after three seconds   drop@…    the connection breaks while the letter is read
  mute@…    taken, and then no answer   others    taken
"""

import asyncio
import pathlib
import sys

from aiosmtpd.smtp import SMTP


class Manners:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.refused: dict[str, int] = {}
        self.taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        match address.split("@")[0]:
            case "never":
                return "550 5.1.1 there is no such letterbox"
            case "later":
                self.refused[address] = self.refused.get(address, 0) + 1
                if self.refused[address] <= 2:
                    return "451 4.3.0 not now, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        manner = envelope.rcpt_tos[0].split("@")[0]
        if manner == "drop":
            server.transport.abort()
            return "421 4.3.0 unreachable"
        if manner == "slow":
            await asyncio.sleep(3)
        self.taken += 1
        # Whole or not at all: whoever waits for the letter never reads half of one.
        letter = self.folder / f"{self.taken:04}-{manner}.eml"
        part = letter.with_suffix(".part")
        part.write_bytes(envelope.content)
        part.rename(letter)
        if manner == "mute":
            await asyncio.sleep(3600)
        return "250 2.6.0 taken"


async def main() -> None:
    manners = Manners(pathlib.Path(sys.argv[1]))
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(manners, enable_SMTPUTF8=True), "127.0.0.1", port)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


asyncio.run(main())
