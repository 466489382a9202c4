using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Wire;

/// <summary>The wire engine does not know what this system, the connection string or the server asks for. Npgsql may.</summary>
/// <param name="message">What that is, and what to do.</param>
public sealed class WireUnfitException(string message) : ServerRefusedException(message);
