using Npgsql;

namespace RaceLab.Engine.Wire;

/// <summary>Where and as whom to connect: what the wire engine takes of a connection string. What it does not know it refuses, and does not pass over.</summary>
internal sealed record WireTarget
{
    private static readonly TimeSpan CancellingTime = TimeSpan.FromSeconds(2);

    private WireTarget(NpgsqlConnectionStringBuilder settings)
    {
        Host = string.IsNullOrEmpty(settings.Host) ? "localhost" : settings.Host;
        Port = settings.Port;
        User = settings.Username ?? "";
        Database = string.IsNullOrEmpty(settings.Database) ? User : settings.Database;
        ApplicationName = settings.ApplicationName ?? "";
        Options = settings.Options ?? "";
        Keys = settings.Password is { } password ? new ScramKeys(password) : null;
        SslMode = settings.SslMode;
        RootCertificate = settings.RootCertificate;
        ChecksRevocation = settings.CheckCertificateRevocation;
        ConnectTime = settings.Timeout == 0 ? null : TimeSpan.FromSeconds(settings.Timeout);
        StatementTime = settings.CommandTimeout == 0 ? null : TimeSpan.FromSeconds(settings.CommandTimeout);
    }

    /// <summary>A name, an address, or the directory of a Unix socket.</summary>
    public string Host { get; }

    public int Port { get; }

    public bool IsUnixSocket => Host.StartsWith('/');

    public string User { get; }

    public string Database { get; }

    public string ApplicationName { get; }

    /// <summary>Settings of the session, as <c>-c name=value</c>.</summary>
    public string Options { get; }

    /// <summary>What the password is turned into; null where there is none.</summary>
    public ScramKeys? Keys { get; }

    /// <summary>Npgsql's modes. <see cref="SslMode.Allow"/> is like <see cref="SslMode.Prefer"/>: TLS wherever the server has it.</summary>
    public SslMode SslMode { get; }

    /// <summary>A file of authorities that are trusted instead of the system's; null: the system's.</summary>
    public string? RootCertificate { get; }

    public bool ChecksRevocation { get; }

    /// <summary>How long connecting may take, the log-in included; null: for ever.</summary>
    public TimeSpan? ConnectTime { get; }

    /// <summary>How long a statement may take before it is cancelled; null: for ever.</summary>
    public TimeSpan? StatementTime { get; }

    /// <summary>How long a cancelled statement is waited for.</summary>
    public static TimeSpan CancelTime => CancellingTime;

    /// <summary>As messages name it.</summary>
    public string Place => IsUnixSocket ? $"{Host}/.s.PGSQL.{Port}" : $"{Host}:{Port}";

    /// <exception cref="WireUnfitException">It asks for something that the wire engine does not do.</exception>
    public static WireTarget From(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var lacking = settings switch
        {
            { Host: { } host } when host.Contains(',') => "several hosts",
            { SslCertificate: not null } => "certificates of clients",
            { SslNegotiation: SslNegotiation.Direct } => "TLS without being asked for first",
            { Passfile: not null, Password: null } => "files of passwords",
            { ChannelBinding: ChannelBinding.Require } => "channel binding",
            _ => null,
        };
        return lacking is null
            ? new WireTarget(settings)
            : throw new WireUnfitException($"The wire engine does not know {lacking}, which the connection string asks for: choose the Npgsql engine.");
    }
}
