"""A stand-in for the platform's API that answers every call well after a fixed time; runs as a process of its own.

Start: python -m benchmarks.slow_platform MILLISECONDS; prints its port. Cheap, so that it is not what is measured.
"""

import asyncio
import sys

ANSWERS = {b"/cgi-bin/stable_token": b'{"access_token":"benchmark","expires_in":7200}'}
OK = b'{"errcode":0,"errmsg":"ok","msgid":1}'


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time, as our client sends them."""

    delay = 0.05

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return
        length = next((int(line[15:]) for line in head.split(b"\r\n")
                       if line.lower().startswith(b"content-length:")), 0)
        if len(body) < length:
            return
        self.received = b""
        path = head.split(b" ", 2)[1].partition(b"?")[0]
        asyncio.get_running_loop().call_later(self.delay, self.answer, ANSWERS.get(path, OK))

    def answer(self, body: bytes) -> None:
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                             % (len(body), body))


async def serve(milliseconds: float) -> None:
    """Serve on a free port of this machine until killed."""
    Connection.delay = milliseconds / 1000
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
