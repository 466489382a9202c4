using System.Net;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;
using RaceLab.Web.Hosting;

const int BadSettings = 2;
const int Refused = 3;

try
{
    await using var lab = await LabHost.StartAsync(args, CancellationToken.None);
    await lab.App.StartAsync();
    foreach (var address in lab.App.Urls)
        Console.WriteLine($"RaceLab is at {address.Replace(IPAddress.Loopback.ToString(), "localhost", StringComparison.Ordinal)}  (Ctrl+C ends it)");
    lab.Rehearse();
    await lab.App.WaitForShutdownAsync();
    return 0;
}
catch (SettingsException wrong)
{
    foreach (var problem in wrong.Problems) await Console.Error.WriteLineAsync(problem);
    return BadSettings;
}
catch (Exception refused) when (refused is ServerRefusedException or DirectoryNotFoundException or IOException or FormatException)
{
    await Console.Error.WriteLineAsync(refused.Message);
    return Refused;
}
