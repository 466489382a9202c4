using RaceLab.Engine.Programs;
using static RaceLab.Engine.Tests.Programs.Steps;

namespace RaceLab.Engine.Tests.Programs;

public sealed class InputTests
{
    [Theory]
    [InlineData("uuid4()", Generator.Uuid4, 0, null, false)]
    [InlineData("now_ms()", Generator.NowMs, 0, null, false)]
    [InlineData("clock() on every delivery", Generator.Clock, 0, null, true)]
    [InlineData("hash(@key, 24)", Generator.Hash, 24, "key", false)]
    [InlineData("hash(@attempt, 4)", Generator.Hash, 4, "attempt", false)]
    [InlineData("counter(instance)", Generator.Counter, 0, null, false)]
    [InlineData("pick(10) on every delivery", Generator.Pick, 10, null, true)]
    public void TryParse_WhatContentWrites_IsReadAndWrittenAlike(string text, Generator generator, int size, string? of, bool every)
    {
        Assert.True(Input.TryParse("id", text, out var input, out _));
        Assert.Equal(("id", generator, size, of, every), (input.Name, input.Generator, input.Size, input.Of, input.OnEveryDelivery));
        Assert.Equal(text, input.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("uuid4")]
    [InlineData("uuid4() on each delivery")]
    [InlineData("hash(@key)")]
    [InlineData("counter()")]
    [InlineData("hash(@key, 3)")]
    [InlineData("pick(11)")]
    public void TryParse_SomethingElse_SaysWhy(string text)
    {
        Assert.False(Input.TryParse("id", text, out _, out var reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData(new string[0], "{}")]
    [InlineData(new[] { "a", "b c" }, "{\"a\",\"b c\"}")]
    [InlineData(new[] { "NULL", "", "{x,y}" }, "{\"NULL\",\"\",\"{x,y}\"}")]
    [InlineData(new[] { "say \"yes\"", "back\\slash" }, "{\"say \\\"yes\\\"\",\"back\\\\slash\"}")]
    public void ArrayText_List_IsReadAsItIsWritten(string[] items, string text)
    {
        Assert.Equal(text, ArrayText.Format(items));
        Assert.Equal(items, ArrayText.Parse(text));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("{\"a}")]
    [InlineData("{a}")]
    public void ArrayText_NoList_IsRefused(string text) => Assert.Throws<FormatException>(() => ArrayText.Parse(text));

    [Fact]
    public void Start_Inputs_AreDrawnOnceAndKeptOverRetriesAndDeliveries()
    {
        var machine = Drawing(["id = uuid4()", "fresh = uuid4() on every delivery"], new WithinStep(BlockKind.Transaction, null, Retry(), ErrorRules.None,
            [Sql("insert", "INSERT INTO t VALUES (@id, @fresh)"), Crash(1), Say(Outcome.Created)], 1));
        Assert.Equal<IEnumerable<string?>>(["id 1", "fresh 1"], machine.Values[4..6]);

        machine.Does("begin").Meets("insert", "40001").Does("rollback").Does("back-off").Does("begin");
        Assert.Equal<IEnumerable<string?>>(["id 1", "fresh 1"], machine.Values[4..6]);

        machine.Does("insert", 1).Loses("crash").Arrives(2);
        Assert.Equal<IEnumerable<string?>>(["id 1", "fresh 2"], machine.Values[4..6]);
    }

    [Fact]
    public void Each_ListOfThree_DoesItsStepsForEachInTheListsOrder() =>
        Each("k of @keys").DoesFor("b").DoesFor("a").DoesFor("c").Ends(Outcome.Created);

    [Fact]
    public void Each_Sorted_TakesTheItemsInTheOrderOfTheirCharacters() =>
        Each("k of sorted(@keys)").DoesFor("a").DoesFor("b").DoesFor("c").Ends(Outcome.Created);

    [Fact]
    public void Each_NextRound_ForgetsWhatTheOneBeforeFoundAndKept()
    {
        var machine = Drawing(["keys = pick(2)"],
            Loop("k of @keys",
                Sql("look", "SELECT 1 FROM t WHERE k = @k"),
                Sql("keep", "SELECT id FROM t WHERE k = @k", "found in look", keep: "id"),
                Sql("mark", "SELECT @id", "not found in keep")),
            Say(Outcome.Created));
        machine.Does("look", 1);
        machine.Values[6] = "7";
        machine.Does("keep", 1).Does("look", 0);
        Assert.Null(machine.Values[6]);
        machine.Does("mark").Does("look", 1).Does("keep", 1).Ends(Outcome.Created);
    }

    [Fact]
    public void Each_BlockAroundItRetried_BeginsWithTheFirstItem()
    {
        var machine = Drawing(["keys = pick(3)"], new WithinStep(BlockKind.Transaction, null, Retry(), ErrorRules.None,
            [Loop("k of @keys", Sql("work", "UPDATE t SET n = 1 WHERE k = @k")), Say(Outcome.Created)], 1));
        machine.Does("begin").DoesFor("b");
        machine.Meets("work", "40001").Does("rollback").Does("back-off").Does("begin");
        machine.DoesFor("b").DoesFor("a").DoesFor("c").Does("commit").Ends(Outcome.Created, 1);
    }

    [Fact]
    public void Each_BlockInsideRetried_StaysAtItsItemAndHasItsRetriesForEachItem()
    {
        var machine = Drawing(["keys = pick(2)"], Transaction(
            Loop("k of @keys", new WithinStep(BlockKind.Savepoint, null, Retry(1), Rules(Continue("40001")), [Sql("work", "UPDATE t SET n = 1 WHERE k = @k")], 1)),
            Say(Outcome.Created)));
        machine.Does("begin");
        foreach (var item in (string[])["b", "a", "c"])
        {
            machine.Does("savepoint").Meets("work", "40001").Does("rollback-2").Does("back-off").Does("savepoint");
            Assert.Equal(item, machine.Values[5]);
            machine.Meets("work", "40001").Does("rollback-2");
        }

        machine.Does("commit").Ends(Outcome.Created, 3);
    }

    [Fact]
    public void Each_SayInside_EndsTheAttemptThere() =>
        Drawing(["keys = pick(3)"], Transaction(
            Loop("k of @keys", Sql("work", "UPDATE t SET n = 1 WHERE k = @k"), Say(Outcome.Failed, "not found")), Say(Outcome.Created)))
            .Does("begin").Does("work", 1).Does("work", 0).Does("rollback").Ends(Outcome.Failed);

    [Fact]
    public void Each_InsideAnother_BeginsAnewWithEachItemOfTheOuterOne()
    {
        var machine = Drawing(["keys = pick(3)"],
            Loop("a of sorted(@keys)", Loop("b of @keys", Sql("pair", "INSERT INTO t VALUES (@a, @b)"))), Say(Outcome.Created));
        foreach (var pair in (string[])["ab", "aa", "ac", "bb", "ba", "bc", "cb", "ca", "cc"])
        {
            Assert.Equal(pair, machine.Values[5] + machine.Values[6]);
            machine.Does("pair", 1);
        }

        machine.Ends(Outcome.Created);
    }

    [Fact]
    public void Each_TwoLoopsWithOneName_HaveAnItemEach()
    {
        var machine = Drawing(["keys = pick(3)"],
            Loop("k of @keys", Sql("first", "SELECT @k")), Loop("k of sorted(@keys)", Sql("second", "SELECT @k")), Say(Outcome.Created));
        machine.Does("first").Does("first").Does("first");
        Assert.Equal("a", machine.Values[6]);
        machine.Does("second").Does("second").Does("second").Ends(Outcome.Created);
    }

    [Theory]
    [InlineData("k of @id", "@id is a single value: uuid4()")]
    [InlineData("k of @list", "@list is none")]
    [InlineData("keys of @keys", "@keys is known already")]
    [InlineData("key of @keys", "@key is known already")]
    public void Each_NoList_IsRefused(string each, string reason) => Assert.Contains(reason,
        Assert.Throws<ProgramException>(() => Drawing(["keys = pick(3)", "id = uuid4()"], Loop(each, Check()), Say(Outcome.Created))).Message, StringComparison.Ordinal);

    [Fact]
    public void Each_ItemBehindTheLoop_IsNotKnown() => Assert.Contains("@k is not known here",
        Assert.Throws<ProgramException>(() => Drawing(["keys = pick(3)"], Loop("k of @keys", Check()), Sql("after", "SELECT @k"), Say(Outcome.Created))).Message, StringComparison.Ordinal);

    [Fact]
    public void Each_SayOnlyInside_IsNoEnd() => Assert.Contains("ends without a 'say'",
        Assert.Throws<ProgramException>(() => Drawing(["keys = pick(3)"], Loop("k of @keys", Check(), Say(Outcome.Found)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Compile_StepsOfALoop_SayWhatTheyAreDoneFor()
    {
        var program = Compiled(["keys = pick(3)"], Transaction(Loop("k of sorted(@keys)", Savepoint(Check())), Say(Outcome.Created)));
        Assert.Equal(
            ["begin", "savepoint k of sorted(@keys) 2", "check k of sorted(@keys) 3", "release k of sorted(@keys) 2", "rollback-2 k of sorted(@keys) 2", "commit", "rollback"],
            program.Steps.Select(s => s.Each is null ? s.Name : $"{s.Name} {s.Each} {s.Depth}"));
        Assert.Equal(["check", "release", "rollback-2"], program.Steps.Where(s => s.InSavepoint).Select(s => s.Name));
        Assert.Equal(["key", "attempt", "worker", "delivery", "keys", "k"], program.Variables);
    }

    private static AttemptMachine Each(string each) => Drawing(["keys = pick(3)"], Loop(each, Sql("work", "UPDATE t SET n = 1 WHERE k = @k")), Say(Outcome.Created));

    private static StepProgram Compiled(string[] inputs, params Step[] steps) => ProgramCompiler.Compile([new RoleSteps(null, steps, 99)], [.. inputs.Select(InputOf)]);

    private static AttemptMachine Drawing(string[] inputs, params Step[] steps)
    {
        var machine = new AttemptMachine(Compiled(inputs, steps), deliveries: 3, inputs: new Drawer());
        machine.Start("k", "1", "1");
        return machine;
    }

    private static Input InputOf(string text)
    {
        var words = text.Split(" = ");
        return Races.SmallScenario.Input(words[0], words[1]);
    }

    private static EachStep Loop(string each, params Step[] steps)
    {
        var words = each.Split(" of ");
        var sorted = words[1].StartsWith("sorted(", StringComparison.Ordinal);
        return new EachStep(words[0], sorted ? words[1][8..^1] : words[1][1..], sorted, steps, 1);
    }

    private sealed class Drawer : IInputSource
    {
        public string Draw(Input input, int place, in Arrival arrival) => input.IsList ? "{\"b\",\"a\",\"c\"}" : $"{input.Name} {arrival.Delivery}";
    }
}

/// <summary>Short words for loops.</summary>
internal static class LoopWords
{
    /// <summary>The step of the loop is next, for this item, and goes well.</summary>
    public static AttemptMachine DoesFor(this AttemptMachine machine, string item)
    {
        Assert.Equal(item, machine.Values[5]);
        return machine.Does("work", 1);
    }
}
