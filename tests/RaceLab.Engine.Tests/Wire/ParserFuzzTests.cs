using System.Net.Sockets;
using Npgsql;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Tests.Databases;
using RaceLab.Engine.Tests.Races;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Tests.Wire;

/// <summary>Whatever a server sends, the client says so in one way: it does not hang, read past the end, or fall over in another.</summary>
public sealed class ParserFuzzTests
{
    private static readonly WireTarget _nowhere = WireTarget.From("Host=/nowhere;Username=u");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Exchanges_GivenMutatedAnswers_EndOrRefuseThem(int seed)
    {
        await using var loop = WireLoop.Start();
        var random = new Random(seed);
        var refused = 0;
        var passed = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Mutate(ServerMessages.Answers(), random);
            try
            {
                Take(bytes, random.Next(3), loop);
                passed++;
            }
            catch (Exception broken) when (broken is WireProtocolException or AnswerTooLargeException)
            {
                refused++;
            }
        }

        // Both must happen often, or the mutations are too tame or too wild.
        Assert.InRange(refused, 2000, 19_900);
        Assert.True(passed > 100);
    }

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_AServerThatTalksNonsense_IsRefusedAndTheLoopGoesOn()
    {
        var random = new Random(7);
        using var home = TemporaryHome.Make();
        Directory.CreateDirectory(home.Path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(home.Path, ".s.PGSQL.5432")));
        listener.Listen(8);
        var serving = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                using var client = await listener.AcceptAsync(Cancellation);
                await client.ReceiveAsync(new byte[1024], Cancellation);
                try
                {
                    await client.SendAsync(Mutate(ServerMessages.Welcome(), random), Cancellation);
                    client.Shutdown(SocketShutdown.Send);
                    while (await client.ReceiveAsync(new byte[1024], Cancellation) > 0)
                    {
                    }
                }
                catch (SocketException)
                {
                    // The client has seen enough.
                }
            }
        }, Cancellation);

        await using var loop = WireLoop.Start();
        var target = WireTarget.From($"Host={home.Path};Username=u;Password=p;Timeout=10");
        for (var i = 0; i < 300; i++)
        {
            try
            {
                await (await WireConnection.OpenAsync(loop, target, Cancellation)).CloseAsync();
            }
            catch (Exception refused) when (refused is NpgsqlException or ServerRefusedException)
            {
                Assert.IsNotType<TimeoutException>(refused.InnerException);
            }
        }

        await serving;
    }

    /// <summary>What came of the attempt nobody knows, so its caller is not told of the rejection: the last words are that the session is over.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData(true, "57P01")]
    [InlineData(false, null)]
    public async Task Execute_RejectedByAServerThatThenGoesAway_IsLostByTheLastWords(bool saysWhy, string? expected)
    {
        using var home = TemporaryHome.Make();
        Directory.CreateDirectory(home.Path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(home.Path, ".s.PGSQL.5432")));
        listener.Listen(1);
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptAsync(Cancellation);
            foreach (var words in (byte[][])[ServerMessages.Welcome(), saysWhy ? ServerMessages.RejectedAndEnded() : ServerMessages.Rejected()])
            {
                await client.ReceiveAsync(new byte[1024], Cancellation);
                await client.SendAsync(words, Cancellation);
            }
        }, Cancellation);

        await using var loop = WireLoop.Start();
        var connection = await WireConnection.OpenAsync(loop, WireTarget.From($"Host={home.Path};Username=u;Timeout=10"), Cancellation);
        var exchange = new StatementExchange(0) { Connection = connection };
        var result = await exchange.RunAsync(new WireStatement(Kept(), WireSending.Parsed), new string?[16], Cancellation).AsTask().WaitAsync(Cancellation);
        Assert.Equal((StatementEnd.Lost, expected), (result.Kind, result.Error?.SqlState));
        exchange.Retire();
        await serving;
        await connection.CloseAsync();
    }

    private static void Take(byte[] received, int which, WireLoop loop)
    {
        var connection = WireConnection.Unopened(loop, _nowhere);
        Exchange exchange = which switch
        {
            0 => new QueryExchange("", 10) { Connection = connection },
            1 => new PrepareExchange([new WireStatement(Kept(), WireSending.Prepared), new WireStatement(Kept(), WireSending.Prepared)]) { Connection = connection },
            _ => Running(connection),
        };
        var left = received.AsSpan();
        while (MessageReader.Cut(left, MessageReader.Longest, out var type, out var body) is > 0 and var length)
        {
            if (exchange.Take(type, body)) return;
            if (type == (byte)'N') ServerError.Read(body);
            left = left[length..];
        }
    }

    private static StatementExchange Running(WireConnection connection)
    {
        var exchange = new StatementExchange(2) { Connection = connection };
        _ = exchange.RunAsync(new WireStatement(Kept(), WireSending.Parsed), new string?[16], CancellationToken.None).AsTask();
        return exchange;
    }

    private static ProgramStep Kept() => SmallScenario.Request(new(), RaceLab.Engine.Content.Promise.None, null,
        new SqlStep("look", SqlText.Parse("SELECT id FROM things WHERE name = @key"), [new KeptColumn("id", "id")], null, ErrorRules.None, 1),
        new SayStep(Outcome.Created, null, 1)).Strategy.Program.Steps[0];

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes = bytes[..Math.Max(1, at)]; break;
                case 3: bytes = [.. bytes[..at], .. bytes[random.Next(at + 1)..]]; break;
                default: bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]]; break;
            }
        }

        return bytes;
    }
}
