using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace RaceLab.Architecture.Tests;

/// <summary>The rooms of an assembly as they are: a room is the first part of a namespace behind the assembly's own name.</summary>
internal sealed class Walls
{
    private readonly string _root;
    private readonly ILookup<string, IType> _rooms;

    private Walls(string root, ILookup<string, IType> rooms)
    {
        _root = root;
        _rooms = rooms;
    }

    /// <summary>Reads which types an assembly has and what they depend on.</summary>
    public static Walls Of(System.Reflection.Assembly assembly)
    {
        var root = assembly.GetName().Name!;
        var types = new ArchLoader().LoadAssemblies(assembly).Build().Types;
        return new Walls(root, types.Where(type => RoomOf(type, root) is not null).ToLookup(type => RoomOf(type, root)!));
    }

    /// <summary>What a table gets wrong about the assembly, in sentences. Wrong arrows name both types.</summary>
    public IEnumerable<string> Breaches(RoomTable table)
    {
        foreach (var room in table.Rooms.Where(room => !_rooms.Contains(room))) yield return $"The table has the room {room}, and {_root} has no type in it.";
        foreach (var room in _rooms.Where(room => !table.Rooms.Contains(room.Key))) yield return $"{_root}.{room.Key} has no row in the table.";
        var arrows =
            from room in _rooms
            where table.Rooms.Contains(room.Key)
            from type in room
            from target in type.Dependencies.Select(dependency => dependency.Target)
            let other = RoomOf(target, _root)
            where other is not null && !table.Allows(room.Key, other)
            select $"{type.FullName} depends on {target.FullName}: {room.Key} may not use {other}.";
        foreach (var arrow in arrows.Distinct().Order(StringComparer.Ordinal)) yield return arrow;
    }

    private static string? RoomOf(IType type, string root) =>
        type.Namespace?.FullName is { } name && name.StartsWith($"{root}.", StringComparison.Ordinal) ? name[(root.Length + 1)..].Split('.')[0] : null;
}
