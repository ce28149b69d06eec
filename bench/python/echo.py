"""Echo over loopback by asyncio's streams; the client is `load/echo-client.js`."""

import asyncio
import pathlib
import time

CLIENT = pathlib.Path(__file__).parent.parent / "load" / "echo-client.js"


async def echo(reader, writer):
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def measure(size, argument):
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    before = time.process_time()
    client = await asyncio.create_subprocess_exec(
        "node", CLIENT, str(port), str(argument), str(size)
    )
    await client.wait()
    spent = time.process_time() - before
    server.close()
    await server.wait_closed()
    return spent * 1e9 / size
