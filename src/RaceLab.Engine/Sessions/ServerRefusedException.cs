namespace RaceLab.Engine.Sessions;

/// <summary>A server that cannot be used, or not any more.</summary>
/// <param name="message">What happened, why, what to do; never with a password.</param>
/// <param name="cause">The driver's exception, for the log.</param>
public class ServerRefusedException(string message, Exception? cause = null) : Exception(message, cause);
