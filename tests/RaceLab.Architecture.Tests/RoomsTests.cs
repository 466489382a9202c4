using RaceLab.Engine.Content;

namespace RaceLab.Architecture.Tests;

/// <summary>Every room uses what <c>docs/architecture.md</c> says that it may use, and nothing else.</summary>
public sealed class RoomsTests
{
    private const string OfEngine = "room of the engine";
    private const string OfWeb = "room of Web";

    private static readonly Lazy<Walls> Engine = new(() => Walls.Of(typeof(Catalogue).Assembly));
    private static readonly Lazy<string> Document = new(() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "architecture.md")));

    [Fact]
    public void Engine_HeldToItsTable_HasNoBreach() => AssertHolds(Engine.Value, OfEngine);

    [Fact]
    public void Web_HeldToItsTable_HasNoBreach() => AssertHolds(Walls.Of(typeof(Program).Assembly), OfWeb);

    [Fact]
    public void Breaches_ArrowThatTheTableForbids_NamesBothTypesAndRooms()
    {
        var table = Changed("Wire", row => row.Replace(", `Sessions`", "", StringComparison.Ordinal));

        Assert.Contains(
            "RaceLab.Engine.Wire.WireSession depends on RaceLab.Engine.Sessions.ISession: Wire may not use Sessions.", Engine.Value.Breaches(table));
    }

    [Fact]
    public void Breaches_ArrowInsideAsynchronousMethods_IsSeen()
    {
        // Only what RaceRunner's asynchronous methods do knows of standbys.
        var table = Changed("Races", row => row.Replace(", `Clusters`", "", StringComparison.Ordinal));

        Assert.Equal(
            ["RaceLab.Engine.Races.RaceRunner depends on RaceLab.Engine.Clusters.Standby: Races may not use Clusters."], Engine.Value.Breaches(table));
    }

    [Fact]
    public void Breaches_RoomWithoutARow_NamesTheRoom() =>
        Assert.Equal(["RaceLab.Engine.Words has no row in the table."], Engine.Value.Breaches(Changed("Words", _ => "")));

    [Fact]
    public void Breaches_RowWithoutARoom_NamesTheRow() =>
        Assert.Equal(
            ["The table has the room Cellar, and RaceLab.Engine has no type in it."],
            Engine.Value.Breaches(Changed("Words", row => $"{row}| `Cellar` | nothing | – |\n")));

    [Fact]
    public void Faults_RoomsThatMayUseEachOther_NamesThem()
    {
        var table = RoomTable.Read(
            """
            | room | what is in it | may use |
            |---|---|---|
            | `A` | a | – |
            | `B` | b | `A`, `D` |
            | `C` | c | `B` |
            | `D` | d | `C` |
            """,
            "room");

        Assert.Equal(["These rooms are in a cycle, or use one: B, C, D."], table.Faults());
    }

    [Fact]
    public void Faults_NameWithoutARow_NamesBoth()
    {
        var table = RoomTable.Read("| room | may use |\n|---|---|\n| `A` | `B` |\n", "room");

        Assert.Equal(["The row of A names B, which has no row."], table.Faults());
    }

    [Theory]
    [InlineData("| room | may use |\n|---|---|\n| `A` | all of these |\n")]
    [InlineData("| room | may use |\n|---|---|\n| `A` | – |\n| `A` | – |\n")]
    [InlineData("| room | may use |\n|---|---|\n| A | – |\n")]
    [InlineData("| rooms | may use |\n|---|---|\n| `A` | – |\n")]
    public void Read_TableThatSaysNothingExactly_Throws(string markdown) => Assert.Throws<FormatException>(() => RoomTable.Read(markdown, "room"));

    /// <summary>The engine's table with another row in the place of a room's own.</summary>
    private static RoomTable Changed(string room, Func<string, string> change)
    {
        var row = Document.Value.Split('\n').First(line => line.StartsWith($"| `{room}` |", StringComparison.Ordinal)) + "\n";
        var changed = change(row);
        Assert.NotEqual(row, changed);
        return RoomTable.Read(Document.Value.Replace(row, changed, StringComparison.Ordinal), OfEngine);
    }

    private static void AssertHolds(Walls walls, string heading)
    {
        var table = RoomTable.Read(Document.Value, heading);
        Assert.Empty(table.Faults());
        Assert.Empty(walls.Breaches(table));
    }
}
