using System.Net.Sockets;
using Npgsql;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
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
            var bytes = Mutate(Answers(), random);
            try
            {
                Take(bytes, random.Next(3), loop);
                passed++;
            }
            catch (WireProtocolException)
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
                    await client.SendAsync(Mutate(Welcome(), random), Cancellation);
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

    private static void Take(byte[] received, int which, WireLoop loop)
    {
        var connection = WireConnection.Unopened(loop, _nowhere);
        Exchange exchange = which switch
        {
            0 => new QueryExchange("", 10) { Connection = connection },
            1 => new PrepareExchange([new WireStatement(Kept(), true), new WireStatement(Kept(), true)]) { Connection = connection },
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
        _ = exchange.RunAsync(new WireStatement(Kept(), false), new string?[16], CancellationToken.None).AsTask();
        return exchange;
    }

    private static ProgramStep Kept() => SmallScenario.Request(new(), RaceLab.Engine.Content.Promise.None, null,
        new SqlStep("look", SqlText.Parse("SELECT id FROM things WHERE name = @key"), [new KeptColumn("id", "id")], null, ErrorRules.None, 1),
        new SayStep(Outcome.Created, null, 1)).Strategy.Program.Steps[0];

    private static byte[] Answers()
    {
        var writer = new MessageWriter();
        writer.Bare((byte)'1');
        Columns(writer);
        writer.Bare((byte)'2');
        Message(writer, 'D', () =>
        {
            writer.Int16(2);
            writer.Value("7");
            writer.Value(null);
        });
        Message(writer, 'N', () => Error(writer, "NOTICE", "00000"));
        Message(writer, 'C', () => writer.Text("INSERT 0 1"));
        Columns(writer);
        Message(writer, 'E', () => Error(writer, "ERROR", "23505"));
        Ready(writer);
        return writer.Written.ToArray();
    }

    private static byte[] Welcome()
    {
        var writer = new MessageWriter();
        Message(writer, 'R', () => writer.Int32(0));
        Message(writer, 'S', () =>
        {
            writer.Text("server_version");
            writer.Text("18.1");
        });
        Message(writer, 'K', () =>
        {
            writer.Int32(42);
            writer.Int32(4711);
        });
        Message(writer, 'A', () =>
        {
            writer.Int32(42);
            writer.Text("channel");
            writer.Text("payload");
        });
        Ready(writer);
        return writer.Written.ToArray();
    }

    private static void Columns(MessageWriter writer) => Message(writer, 'T', () =>
    {
        writer.Int16(2);
        foreach (var name in (string[])["id", "name"])
        {
            writer.Text(name);
            writer.Int32(16384);
            writer.Int16(1);
            writer.Int32(20);
            writer.Int16(8);
            writer.Int32(-1);
            writer.Int16(0);
        }
    });

    private static void Error(MessageWriter writer, string severity, string state)
    {
        foreach (var (field, text) in ((char, string)[])[('S', severity), ('V', severity), ('C', state), ('M', "duplicate key"), ('P', "15"), ('n', "things_name_key"), ('R', "_bt_check_unique")])
        {
            writer.Byte((byte)field);
            writer.Text(text);
        }

        writer.Byte(0);
    }

    private static void Ready(MessageWriter writer) => Message(writer, 'Z', () => writer.Byte((byte)'I'));

    private static void Message(MessageWriter writer, char type, Action fields)
    {
        writer.Begin((byte)type);
        fields();
        writer.End();
    }

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
