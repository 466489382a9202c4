using Npgsql;

namespace RaceLab.Engine.Wire;

/// <summary>
/// What came over a connection is not what PostgreSQL's protocol 3.0 has at that place. A driver's exception, so that whoever is ready for Npgsql's is ready for it:
/// the connection is of no more use.
/// </summary>
/// <param name="message">What was met.</param>
public sealed class WireProtocolException(string message) : NpgsqlException(message);
