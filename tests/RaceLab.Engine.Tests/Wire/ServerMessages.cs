using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Tests.Wire;

/// <summary>What a server says, written by hand.</summary>
internal static class ServerMessages
{
    /// <summary>Answers of every kind.</summary>
    public static byte[] Answers()
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

    /// <summary>What a server says to a client that it lets in.</summary>
    public static byte[] Welcome()
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

    /// <summary>A statement is rejected, and then the session is ended before the server was ready for another.</summary>
    public static byte[] RejectedAndEnded()
    {
        var writer = new MessageWriter();
        Message(writer, 'E', () => Error(writer, "ERROR", "23505"));
        Message(writer, 'E', () => Error(writer, "FATAL", "57P01"));
        return writer.Written.ToArray();
    }

    /// <summary>A statement is rejected, and no more.</summary>
    public static byte[] Rejected()
    {
        var writer = new MessageWriter();
        Message(writer, 'E', () => Error(writer, "ERROR", "23505"));
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
}
