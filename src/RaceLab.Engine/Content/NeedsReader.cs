using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads <c>needs</c>, of a scenario or of one strategy.</summary>
internal static partial class NeedsReader
{
    private const int NewestPostgres = 99;

    public static Needs Read(YamlFields owner)
    {
        if (owner.Find("needs") is null || owner.Fields("needs", $"'needs' of {owner.Owner}") is not { } needs) return Needs.Nothing;
        needs.RefuseOthers(ContentFields.Needs);
        var postgres = needs.Find("postgres") is null ? null : needs.Number("postgres", Needs.OldestPostgres, NewestPostgres);
        return new Needs(postgres ?? Needs.OldestPostgres, ReadBehaviours(needs)) { Services = [.. ReadServices(needs)], Extensions = ReadExtensions(needs) };
    }

    /// <summary>The services without which nothing goes. An optional one is needed by the strategies whose steps use it, and the others can do without.</summary>
    private static IEnumerable<LabService> ReadServices(YamlFields needs)
    {
        foreach (var (name, service) in LabServiceNames.ByName)
        {
            if (needs.OptionalText(name) is not { } word) continue;
            if (word == "required") yield return service;
            else if (word != "optional")
                needs.Errors.Add(needs.LineOf(name), $"a service is 'required' by everything here, or 'optional' where only some steps use it, and '{word}' stands here");
        }
    }

    private static List<ServerBehaviour> ReadBehaviours(YamlFields needs)
    {
        var read = new List<ServerBehaviour>();
        if (needs.Find("behaviour") is null || needs.List("behaviour") is not { } list) return read;
        var known = ServerBehaviours.ByName.Keys.ToList();
        foreach (var item in list.Children)
        {
            var name = (item as YamlScalarNode)?.Value ?? "";
            if (!ServerBehaviours.ByName.TryGetValue(name, out var behaviour))
                needs.Errors.Add(item, $"{YamlFields.Describe(item)} is no behaviour of a server that the lab can try: {NearestName.Hint(name, known)}");
            else if (read.Contains(behaviour))
                needs.Errors.Add(item, $"'{name}' stands twice in 'behaviour'");
            else
                read.Add(behaviour);
        }

        return read;
    }

    /// <summary>Which of them a server has is the server's to say; here a name only has to be one, since it stands in a statement of the lab's.</summary>
    private static List<string> ReadExtensions(YamlFields needs)
    {
        var read = new List<string>();
        if (needs.Find("extensions") is null || needs.List("extensions") is not { } list) return read;
        foreach (var item in list.Children)
        {
            var name = (item as YamlScalarNode)?.Value ?? "";
            if (!ExtensionName().IsMatch(name))
                needs.Errors.Add(item, $"{YamlFields.Describe(item)} is no name of an extension: it has lower-case letters, digits, '_' and '-', such as btree_gist");
            else if (read.Contains(name))
                needs.Errors.Add(item, $"'{name}' stands twice in 'extensions'");
            else
                read.Add(name);
        }

        return read;
    }

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,62}$")]
    private static partial Regex ExtensionName();
}
