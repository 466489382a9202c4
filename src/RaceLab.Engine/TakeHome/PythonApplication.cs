using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes what functions in Python need beside statements: hashes, the memory of the process that they run in, and leases.</summary>
internal static class PythonApplication
{
    public static void Write(CodeText code, IReadOnlyList<PlannedFunction> functions)
    {
        if (functions.Any(f => f.Draws(Generator.Hash))) WritePart(code, Hash);
        if (functions.Any(f => f.UsesApplication)) WritePart(code, Application(functions));
        if (functions.Any(f => f.UsesRedis)) WritePart(code, Lease);
    }

    private static void WritePart(CodeText code, string part)
    {
        code.Gap();
        code.Raw("");
        code.Line(part);
    }

    private static string Application(IReadOnlyList<PlannedFunction> functions)
    {
        var use = functions.Select(f => f.Connection).FirstOrDefault(c => c is not null);
        var (locks, shares, counts) = (functions.Any(f => f.Has(BlockKind.Mutex)), functions.Any(f => f.Has(BlockKind.SingleFlight)), functions.Any(f => f.Counts));
        var code = new CodeText("    ", "#");
        code.Line("class Application:");
        using (code.Indent())
        {
            code.Line("\"\"\"What one process keeps in memory: make one when it starts, and give it to every call. A second process has another.\"\"\"");
            code.Gap();
            code.Line($"def __init__(self{(use is null ? "" : ", conninfo: str")}) -> None:");
            using (code.Indent())
            {
                if (use is not null) WriteConnections(code, use);
                if (counts) code.Line("self._numbers = itertools.count(1)");
                if (locks || shares) code.Line("self._guard = threading.Lock()");
                if (locks) code.Line("self._mutexes: dict[str, threading.Lock] = {}");
                if (shares) code.Line("self._calls: dict[str, Future[Answer]] = {}");
            }

            var parts = new List<string>();
            if (use is not null) parts.Add(use.Pool is null ? Connect : ConnectPool);
            if (counts) parts.Add(Counting);
            if (locks) parts.Add(Mutexes);
            if (shares) parts.Add(Calls);
            code.Gap();
            code.Line(string.Join("\n\n", parts));
        }

        return code.ToString().TrimEnd('\n');
    }

    private static void WriteConnections(CodeText code, ConnectionUse use)
    {
        var options = "";
        if (use.StatementTimeout is { } timeout)
        {
            code.Line($"options = f\"{{conninfo_to_dict(conninfo).get('options') or ''}} -c statement_timeout={Naming.Number(timeout.TotalMilliseconds)}\"");
            options = ", \"options\": options";
        }

        if (use.Pool is not { } pool)
        {
            code.Line("self._conninfo = conninfo");
            code.Line($"self._settings = {{\"autocommit\": True{options}}}");
            return;
        }

        var reset = use.Reset == PoolReset.WhenReturned ? ", reset=lambda conn: conn.execute(\"DISCARD ALL\")" : "";
        code.Line("self.pool = ConnectionPool(");
        code.Line($"    conninfo, min_size=0, max_size={Naming.Number(pool)}, kwargs={{\"autocommit\": True{options}}}{reset}");
        code.Line(")");
    }

    private const string Connect = """"
        def connect(self) -> psycopg.Connection:
            """Opens a connection, which closes with its block."""
            return psycopg.connect(self._conninfo, **self._settings)
        """";

    private const string ConnectPool = """"
        def connect(self) -> AbstractContextManager[psycopg.Connection]:
            """Takes a connection from the pool, or waits until one comes back. It goes back with its block."""
            return self.pool.connection()
        """";

    private const string Hash = """"
        def first_bits(text: str, bits: int) -> str:
            """The first bits of SHA-256, in hexadecimal digits."""
            first = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> (64 - bits)
            return f"{first:0{(bits + 3) // 4}x}"
        """";

    private const string Counting = """"
        def next_number(self) -> int:
            """1, 2, 3 …"""
            return next(self._numbers)
        """";

    private const string Mutexes = """"
        def lock(self, value: str) -> threading.Lock:
            """The mutex of a value, which one caller has at a time."""
            with self._guard:
                return self._mutexes.setdefault(value, threading.Lock())
        """";

    private const string Calls = """"
        def share(self, value: str, call: Callable[[], Answer]) -> Answer:
            """Makes a call, or waits for the one that is under way for the same value.

            Of the row that it made, those who waited hear that it is there.
            """
            mine: Future[Answer] = Future()
            with self._guard:
                shared = self._calls.setdefault(value, mine)
            if shared is not mine:
                return "failed" if shared.result() == "failed" else "found"
            try:
                told = call()
            except BaseException as error:
                self._end(value)
                mine.set_exception(error)
                raise
            self._end(value)
            mine.set_result(told)
            return told

        def _end(self, value: str) -> None:
            with self._guard:
                del self._calls[value]
        """";

    private const string Lease = """"
        class Redis(Protocol):
            """What it needs of a client."""

            def execute_command(self, *command: str) -> object: ...


        @contextmanager
        def lease(redis: Redis, name: str, length_ms: int, *, by_token: bool) -> Iterator[None]:
            """A lease in Redis. Without a token it is deleted whosever it is by now."""
            token = uuid.uuid4().hex
            give_up = time.monotonic() + 30
            while redis.execute_command("SET", name, token, "NX", "PX", str(length_ms)) is None:
                if time.monotonic() > give_up:
                    raise TimeoutError(f"{name} was not to be had within 30 s")
                time.sleep(random.uniform(0.001, 0.016))
            # Compares and deletes in one go: between two commands somebody else could have got the lease.
            compare = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"
            try:
                yield
            finally:
                redis.execute_command(*(("EVAL", compare, "1", name, token) if by_token else ("DEL", name)))
        """";
}
