using Dapper;
using Npgsql;
using RaceLab.Engine.Tests;

namespace RaceLab.TakeHome.Tests;

/// <summary>A database as somebody would have one to try things in: whoever may log in may connect to it, which the lab takes from everybody in those that it knows of.</summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private readonly TestPostgres _postgres;
    private readonly string _name = $"take_home_{Guid.NewGuid():N}";

    private ScratchDatabase(TestPostgres postgres) => _postgres = postgres;

    /// <summary>As an administrator.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_postgres.AdminConnectionString) { Database = _name }.ConnectionString;

    public static async Task<ScratchDatabase> MakeAsync(TestPostgres postgres)
    {
        var made = new ScratchDatabase(postgres);
        await made.ExecuteAsync($"CREATE DATABASE {made._name} TEMPLATE template0");
        return made;
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync($"DROP DATABASE {_name} WITH (FORCE)");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_postgres.AdminConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(sql);
    }
}
