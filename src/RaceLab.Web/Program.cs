using RaceLab.Web.Hosting;

await using var app = RaceLabApp.Build(args);
await app.RunAsync();
