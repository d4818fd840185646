"""JSON-RPC as the specification has it, on top of pygls: order, answers, cancellation, lifecycle.

pygls gives the types, the feature registry, the capability builder and the requests that the server sends; how a
message is read, dispatched and answered is replaced here, because every one of the following was wrong in pygls
2.1.1 (each has a test in tests/protocol/): a future kept per notification for ever; cancelling executeCommand
answered while the command ran on; bad parameters and malformed JSON never answered; an argument with the key
"jsonrpc" broke the request; tracebacks sent to the client; payloads logged; exit codes; parents never watched.

A handler is a plain function that is called in message order and may return a coroutine. What it reads before
returning (the document, immutable) is the state of exactly that moment; the coroutine runs as a task that
`$/cancelRequest` really cancels. May not know what any request is about.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import json
import logging
import uuid
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeGuard

import attrs
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

from foretype.errors import ForetypeError
from foretype.lsp.framing import BadHeader, FrameReader
from foretype.lsp.log import IN_SESSION
from foretype.lsp.messages import MESSAGE_TYPES
from foretype.lsp.request_error import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    NOT_INITIALIZED,
    PARSE_ERROR,
    REQUEST_CANCELLED,
    REQUEST_FAILED,
    RequestError,
)

if TYPE_CHECKING:
    from cattrs import Converter

    from foretype.lsp.transport import Connection

logger = logging.getLogger(__name__)

Handler = Callable[[Any], Any]
RequestId = str | int

_MAX_EXIT_WAIT: Final = 2.0
"""Seconds that running work gets to end when the connection does."""


class Session(Protocol):
    """What the conversation is about: told of its beginning and its end."""

    def on_initialize(self, params: types.InitializeParams) -> None:
        """Register what this client gets; the answer to `initialize` is made right after."""

    def on_initialized(self) -> None:
        """The client takes requests from now on."""

    def on_shutdown(self) -> None:
        """Let go of everything; called once, also when the client just vanished."""


class Conversation(LanguageServerProtocol):
    """One client's side of the conversation. Reads bytes, calls handlers, answers each request exactly once."""

    session: Session
    """Set by the server before the first byte comes."""

    def __init__(self, server: Any, converter: Converter) -> None:
        super().__init__(server, converter)
        self.fm.builtin_features.clear()
        for method, handler in self._builtins().items():
            self.fm.add_builtin_feature(method, handler)
        self._frames = FrameReader()
        self._running: dict[RequestId, asyncio.Task[Any]] = {}
        self._background: set[asyncio.Task[Any]] = set()
        self._connection: Connection | None = None
        self._initialized = False
        self._commands: dict[str, Callable[[list[Any]], Any]] = {}
        self.work_done_token: RequestId | None = None
        """The client's token for the progress of the command that is being called; read before anything is awaited."""
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """Done when the conversation is over; its result is the process's exit code."""

    # What the transport calls

    def attach(self, connection: Connection) -> None:
        """Answer through this connection from now on."""
        self._connection = connection

    def data_received(self, data: bytes) -> None:
        """Take bytes as they came; every message that is complete is handled before this returns."""
        IN_SESSION.set(self)
        for frame in self._frames.feed(data):
            if isinstance(frame, BadHeader):
                logger.warning("A message without a usable Content-Length was skipped.")
                self._respond_error(None, PARSE_ERROR, "The message's header could not be read.")
            else:
                self._receive(frame)

    def connection_lost(self) -> None:
        """The client is gone without a farewell: the specification's exit code for that is 1."""
        self._finish(0 if self._shutdown else 1)

    # Reading

    def _receive(self, body: bytes) -> None:
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            self._frames.unread(body)
            self._respond_error(None, PARSE_ERROR, "The message is not valid JSON.")
            return
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            request_id = _request_id(message) if isinstance(message, dict) else None
            self._respond_error(request_id, INVALID_REQUEST, "The message is not a JSON-RPC 2.0 request.")
            return
        if isinstance(message.get("method"), str):
            if "id" in message:
                self._request(message["id"], message)
            else:
                self._notification(message)
        elif "id" in message and ("result" in message or "error" in message):
            self._response(message)
        else:
            self._respond_error(_request_id(message), INVALID_REQUEST, "The message has no method and no result.")

    def _request(self, request_id: Any, message: dict[str, Any]) -> None:
        method = message["method"]
        if not _is_id(request_id):
            self._respond_error(None, INVALID_REQUEST, "A request's id has to be a number or a string.")
            return
        if refusal := self._lifecycle_refusal(method):
            self._respond_error(request_id, *refusal)
            return
        handler = self._handler(method)
        if handler is None:
            self._respond_error(request_id, METHOD_NOT_FOUND, f"The method {method[:80]!r} is not supported.")
            return
        try:
            result = handler(self._structured_params(message))
        except Exception as error:  # noqa: BLE001  every request is answered, whatever went wrong
            self._respond_exception(request_id, method, error)
            return
        if inspect.iscoroutine(result):
            self._run(request_id, method, result)
        else:
            self._respond_result(request_id, method, result)

    def _lifecycle_refusal(self, method: str) -> tuple[int, str] | None:
        if self._shutdown:
            return INVALID_REQUEST, "The server is shutting down."
        if method == types.INITIALIZE:
            return (INVALID_REQUEST, "The server is initialized already.") if self._initialized else None
        return None if self._initialized else (NOT_INITIALIZED, "The server waits for `initialize`.")

    def _notification(self, message: dict[str, Any]) -> None:
        method = message["method"]
        if method == types.CANCEL_REQUEST:
            self._cancel(message.get("params"))
            return
        if method != types.EXIT and (not self._initialized or self._shutdown):
            return  # the specification: drop them
        handler = self._handler(method)
        if handler is None:
            logger.debug("The notification %.80r is not known.", method)
            return
        try:
            result = handler(self._structured_params(message))
        except RequestError as error:
            logger.warning("The notification %.80r was ignored: %s", method, error.message)
        except Exception:
            logger.exception("The notification %.80r could not be handled.", method)
        else:
            if inspect.iscoroutine(result):
                self.spawn(result)

    def _cancel(self, params: Any) -> None:
        request_id = params.get("id") if isinstance(params, dict) else None
        task = self._running.get(request_id) if _is_id(request_id) else None
        if task is not None:
            task.cancel()

    def _response(self, message: dict[str, Any]) -> None:
        """An answer to a request of ours; one that nobody waits for, or no longer, is dropped."""
        future = self._request_futures.get(message["id"]) if isinstance(message["id"], str) else None
        if future is None or not future.set_running_or_notify_cancel():
            return
        try:
            structured = self.structure_message(message)
        except JsonRpcException as problem:
            future.set_exception(problem)
            return
        if (error := getattr(structured, "error", None)) is not None:
            future.set_exception(JsonRpcException.from_error(error))
        else:
            future.set_result(getattr(structured, "result", None))

    def _handler(self, method: str) -> Handler | None:
        return self.fm.builtin_features.get(method) or self.fm.features.get(method)

    def _structured_params(self, message: dict[str, Any]) -> Any:
        """The message's params as the method's own type, or as they came where the method has none."""
        method = message["method"]
        # Ours, where a client may send more than the standard names.
        message_type = MESSAGE_TYPES.get(method) or self.get_message_type(method)
        if message_type is None:
            return message.get("params")
        try:
            return self._converter.structure(message, message_type).params
        except Exception as error:
            raise RequestError(INVALID_PARAMS, "The parameters do not fit the method.") from error

    def send_request(
        self, method: str, params: Any = None, callback: Callable[[Any], None] | None = None, msg_id: Any = None
    ) -> concurrent.futures.Future[Any]:
        """Ask the client. Nothing of the request is kept once it is answered or nobody waits for it any more."""
        request_id = str(uuid.uuid4()) if msg_id is None else msg_id
        future: concurrent.futures.Future[Any] = super().send_request(method, params, callback, request_id)

        def forget(_: object) -> None:
            self._request_futures.pop(request_id, None)
            self._result_types.pop(request_id, None)

        future.add_done_callback(forget)
        return future

    # Running

    def _run(self, request_id: RequestId, method: str, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running[request_id] = task

        def answer(done: asyncio.Task[Any]) -> None:
            if self._running.get(request_id) is done:  # else the client has used the id twice
                del self._running[request_id]
            if done.cancelled():
                self._respond_error(request_id, REQUEST_CANCELLED, "The request was cancelled.")
            elif (error := done.exception()) is not None:
                self._respond_exception(request_id, method, error)
            else:
                self._respond_result(request_id, method, done.result())

        task.add_done_callback(answer)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run work that answers nobody; it is cancelled when the conversation ends, and its failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)

        def ended(done: asyncio.Task[Any]) -> None:
            self._background.discard(done)
            if not done.cancelled() and (error := done.exception()) is not None:
                logger.error("Work in the background failed.", exc_info=error)

        task.add_done_callback(ended)
        return task

    # Answering

    def _respond_result(self, request_id: RequestId, method: str, result: Any) -> None:
        try:
            body = json.dumps(
                {"jsonrpc": self.VERSION, "id": request_id, "result": result}, default=self._serialize_message
            )
        except Exception as error:  # noqa: BLE001  a result that cannot be written is still answered
            self._respond_exception(request_id, method, error)
        else:
            self._write(body)

    def _respond_exception(self, request_id: RequestId, method: str, error: BaseException) -> None:
        if isinstance(error, RequestError):
            self._respond_error(request_id, error.code, error.message)
        elif isinstance(error, ForetypeError):
            self._respond_error(request_id, REQUEST_FAILED, str(error))
        else:
            logger.error("The request %.80r failed.", method, exc_info=error)
            self._respond_error(request_id, INTERNAL_ERROR, "The server made a mistake; its log says more.")

    def _respond_error(self, request_id: RequestId | None, code: int, message: str) -> None:
        error = {"code": code, "message": message}
        self._write(json.dumps({"jsonrpc": self.VERSION, "id": request_id, "error": error}))

    def _send_data(self, data: Any) -> None:
        """What pygls sends of its own: notifications and requests to the client."""
        self._write(json.dumps(data, default=self._serialize_message))

    def _write(self, body: str) -> None:
        # json.dumps writes ASCII only, so its length in characters is its length in bytes.
        if self._connection is not None:
            self._connection.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body.encode("ascii")))

    # Lifecycle

    def _builtins(self) -> dict[str, Handler]:
        """The lifecycle, in place of pygls's own handlers; everything else the session registers as a feature."""
        return {
            types.INITIALIZE: self._initialize,
            types.INITIALIZED: lambda _params: self.session.on_initialized(),
            types.SHUTDOWN: lambda _params: self._shut_down(),
            types.EXIT: lambda _params: self._finish(0 if self._shutdown else 1),
            types.WORKSPACE_EXECUTE_COMMAND: self._execute_command,
        }

    def _initialize(self, params: types.InitializeParams) -> types.InitializeResult:
        """Let the session prepare for this client; pygls then gathers the capabilities from what is registered."""
        self.session.on_initialize(params)
        # pygls also makes a workspace, which nobody uses here, and raises for folders whose URI it cannot parse.
        placeless = attrs.evolve(params, root_uri=None, root_path=None, workspace_folders=None)
        try:
            next(self.lsp_initialize(placeless))
        except StopIteration as end:
            self._initialized = True
            result: types.InitializeResult = end.value
            return result
        raise RuntimeError("no feature may be registered for `initialize`")

    def _shut_down(self) -> None:
        """Stop all work; from now on only `exit` is heard."""
        self._shutdown = True
        for task in [*self._running.values(), *self._background]:
            task.cancel()
        self.session.on_shutdown()

    def _execute_command(self, params: types.ExecuteCommandParams) -> Any:
        """Run a command; where it returns a coroutine, cancelling the request cancels the command."""
        command = self._commands.get(params.command)
        if command is None:
            raise RequestError(INVALID_PARAMS, f"The command {params.command[:80]!r} is not known.")
        self.work_done_token = params.work_done_token
        return command(list(params.arguments or []))

    def add_command(self, name: str, command: Callable[[list[Any]], Any]) -> None:
        """Offer a command; it takes the client's arguments as they came and may return a coroutine."""
        self._commands[name] = command
        self.fm.commands[name] = command  # what the capability builder advertises

    def _finish(self, code: int) -> None:
        if self.closed.done():
            return
        if not self._shutdown:
            self._shut_down()
        self.closed.set_result(code)
        # Whoever waits for an answer of the client's would wait for ever.
        for future in list(self._request_futures.values()):
            future.cancel()
        self._request_futures.clear()

    async def ended(self) -> int:
        """Wait for the end of the conversation and of all its work; returns the exit code."""
        code = await self.closed
        tasks = [*self._running.values(), *self._background]
        if tasks:
            await asyncio.wait(tasks, timeout=_MAX_EXIT_WAIT)
        return code


def _request_id(message: dict[str, Any]) -> RequestId | None:
    value = message.get("id")
    return value if _is_id(value) else None


def _is_id(value: Any) -> TypeGuard[RequestId]:
    return isinstance(value, (str, int)) and not isinstance(value, bool)
