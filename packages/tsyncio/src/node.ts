/** The entry for Node. */
export { NodeHost } from "./hosts/node/node-host.js";
export { ConnectionError } from "./node/connection-error.js";
export type { ConnectionHandler } from "./node/connection-handler.js";
export {
  createDatagramEndpoint,
  type DatagramEndpointOptions,
} from "./node/create-datagram-endpoint.js";
export type { Datagram } from "./node/datagram-buffer.js";
export { DatagramEndpoint } from "./node/datagram-endpoint.js";
export type { DatagramAddress } from "./node/datagram-send.js";
export { File } from "./node/files/file.js";
export { type OpenFileOptions, openFile } from "./node/files/open-file.js";
export { readFile, readTextFile } from "./node/files/read-file.js";
export { type TemporaryFileOptions, temporaryFile } from "./node/files/temporary-file.js";
export { type TemporaryFolderOptions, temporaryFolder } from "./node/files/temporary-folder.js";
export { type EntryKind, WalkEntry, type WalkOptions, walk } from "./node/files/walk.js";
export { type Change, Watcher, type WatchOptions, watch } from "./node/files/watch.js";
export { type WriteFileOptions, writeFile } from "./node/files/write-file.js";
export {
  type ReplaceFileOptions,
  replaceFile,
  writeFileAtomic,
} from "./node/files/write-file-atomic.js";
export { ChunkReader, fromReadable } from "./node/from-readable.js";
export { ChunkWriter, fromWritable } from "./node/from-writable.js";
export { GracefulStop, type GracefulStopOptions, gracefulStop } from "./node/graceful-stop.js";
export { memoryStreams } from "./node/memory-streams.js";
export { streamReaderFrom, streamWriterFrom } from "./node/node-streams.js";
export {
  Connecting,
  type ConnectionOptions,
  openConnection,
  openUnixConnection,
  type Streams,
  type UnixConnectionOptions,
} from "./node/open-connection.js";
export { Opening } from "./node/opening.js";
export { Process } from "./node/process.js";
export { Server } from "./node/server.js";
export {
  type ServerOptions,
  startServer,
  startUnixServer,
  type UnixServerOptions,
} from "./node/start-server.js";
export type { StartTlsOptions } from "./node/start-tls.js";
export {
  type ReadSource,
  type Separator,
  StreamReader,
  type StreamReaderOptions,
} from "./node/stream-reader.js";
export { type ExtraInfo, type SocketAddress, StreamWriter } from "./node/stream-writer.js";
export {
  createSubprocessExec,
  createSubprocessShell,
  type ProcessWith,
} from "./node/subprocess.js";
export { ProcessLookupError, SubprocessError } from "./node/subprocess-error.js";
export {
  DEVNULL,
  type NoPipe,
  PIPE,
  type Pipe,
  type Piped,
  type Redirection,
  STDOUT,
  type SubprocessOptions,
} from "./node/subprocess-options.js";
export { toReadable, toReadableStream } from "./node/to-readable.js";
