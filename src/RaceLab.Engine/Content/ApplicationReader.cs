using System.Globalization;
using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Content;

/// <summary>Reads what a strategy says of the application around its steps: how many instances there are, and how they come by their connections.</summary>
internal static partial class ApplicationReader
{
    private const int MostConnections = 1000;

    private static readonly TimeSpan LongestStatement = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, PoolReset> _resets = new()
    {
        ["never"] = PoolReset.Never,
        ["when taken"] = PoolReset.WhenTaken,
        ["when returned"] = PoolReset.WhenReturned,
    };

    /// <summary>Over how many instances workers are spread.</summary>
    public static int Instances(YamlFields strategy)
    {
        if (strategy.Find("app") is null || strategy.Fields("app", $"'app' of {strategy.Owner}") is not { } app) return 1;
        app.RefuseOthers(ContentFields.App);
        return app.Number("instances", 1, Strategy.MostInstances) ?? 1;
    }

    /// <summary>Where connections come from; null where each worker has its own.</summary>
    public static ConnectionUse? Connection(YamlFields strategy)
    {
        if (strategy.Find("connection") is null || strategy.Fields("connection", $"'connection' of {strategy.Owner}") is not { } fields) return null;
        fields.RefuseOthers(ContentFields.Connection);
        if (fields.Text("per") is { } per && per != "attempt")
            fields.Errors.Add(fields.LineOf("per"), $"a connection is taken 'per: attempt', and '{per}' stands here; without 'connection' each worker has one of its own");
        var pool = fields.Find("pool") is null ? null : fields.Number("pool", 1, ConnectionUse.LargestPool);
        return new ConnectionUse
        {
            Pool = pool,
            Reset = ReadReset(fields),
            StatementTimeout = ReadTimeout(fields),
            RoleConnections = ReadRole(fields),
            IsServerAbsent = ReadServer(fields),
        };
    }

    private static PoolReset ReadReset(YamlFields connection)
    {
        if (connection.OptionalText("reset") is not { } text)
        {
            if (connection.Find("pool") is not null && connection.Find("reset") is null)
                connection.Errors.Add(connection.Line, $"{connection.Owner} has a pool and says no 'reset': never, when taken or when returned; drivers differ in that");
            return PoolReset.Never;
        }

        if (connection.Find("pool") is null) connection.Errors.Add(connection.LineOf("reset"), "'reset' is about connections that come back to a pool, and there is no 'pool'");
        if (_resets.TryGetValue(text, out var reset)) return reset;
        connection.Errors.Add(connection.LineOf("reset"), $"a pool resets sessions never, when taken or when returned, and '{text}' stands here");
        return PoolReset.Never;
    }

    private static TimeSpan? ReadTimeout(YamlFields connection)
    {
        if (connection.OptionalText("statement timeout") is not { } text) return null;
        if (TimeForm().Match(text) is { Success: true } match)
        {
            var number = int.Parse(match.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture);
            var time = match.Groups["unit"].Value == "s" ? TimeSpan.FromSeconds(number) : TimeSpan.FromMilliseconds(number);
            if (time > TimeSpan.Zero && time <= LongestStatement) return time;
        }

        connection.Errors.Add(connection.LineOf("statement timeout"), $"'{text}' is no time for a statement: it is a time such as 50ms, of 10s at most");
        return null;
    }

    private static int? ReadRole(YamlFields connection)
    {
        if (connection.Find("role") is null || connection.Fields("role", $"'role' of {connection.Owner}") is not { } role) return null;
        role.RefuseOthers(ContentFields.DatabaseRole);
        return role.Number("connections", 1, MostConnections);
    }

    private static bool ReadServer(YamlFields connection)
    {
        if (connection.OptionalText("server") is not { } text) return false;
        if (text == "absent") return true;
        connection.Errors.Add(connection.LineOf("server"), $"the only server that can be named is 'absent', one that is not there, and '{text}' stands here");
        return false;
    }

    [GeneratedRegex(@"^(?<number>\d{1,5})(?<unit>ms|s)$")]
    private static partial Regex TimeForm();
}
