using RaceLab.Engine.Footprints;

namespace RaceLab.Engine.Tests.Footprints;

public class ParseNodeTests
{
    [Fact]
    public void Read_StructWithListsAndWords_HasThemByTheirFields()
    {
        var node = ParseNode.Read("({QUERY :commandType 1 :hasAggs false :rtable ({RTE :relid 16385 :colnames (\"id\" \"a\\ b\")}) :limitCount <> :constvalue 4 [ 1 0 0 0 ] :cols (b 8 9)})");

        var query = Assert.Single(node.Items);
        Assert.Equal("QUERY", query.Label);
        Assert.Equal(1, query.Number("commandType"));
        Assert.False(query.Is("hasAggs"));
        Assert.True(query["limitCount"].IsNothing);
        Assert.True(query["nowhere"].IsNothing);
        Assert.Equal("4 [ 1 0 0 0 ]", query["constvalue"].Word);
        Assert.Equal(["b", "8", "9"], query["cols"].Items.Select(i => i.Word));
        Assert.Equal(["\"id\"", "\"a b\""], Assert.Single(query["rtable"].Items)["colnames"].Items.Select(i => i.Word));
    }

    /// <summary>A column may be called as a field is: what a person writes must not be read as the server's word.</summary>
    [Fact]
    public void Read_NameThatLooksLikeAField_IsTheValue()
    {
        var node = ParseNode.Read("{TARGETENTRY :resname :funcid :resno 2}");

        Assert.Equal(":funcid", node["resname"].Word);
        Assert.Equal(2, node.Number("resno"));
        Assert.Equal(0, node.Number("funcid"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{QUERY :a 1")]
    [InlineData("({QUERY :a 1)")]
    [InlineData("{QUERY a 1}")]
    [InlineData("{QUERY :a 1} x")]
    [InlineData("(a b")]
    public void Read_WhatIsNoTree_Throws(string text) => Assert.Throws<FormatException>(() => ParseNode.Read(text));
}
