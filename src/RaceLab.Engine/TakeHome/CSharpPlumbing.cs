using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes the few methods that a C# function stands on: as many as it uses.</summary>
internal static class CSharpPlumbing
{
    public static void Write(CodeText code, IReadOnlyList<PlannedFunction> functions, bool keeps)
    {
        if (functions.Any(f => f.Any(n => n is PlannedSend))) WriteSend(code, keeps);
        if (keeps) WriteReply(code, functions);
        WriteValues(code, functions);
        if (functions.Any(f => f.Any(n => n is PlannedChoice { If: { Name.Kind: NameKind.Value, IsFlag: false } question } && !CSharpProgram.IsNumberInput(question.Name))))
        {
            code.Gap();
            code.Line("private static decimal? Number(string? text) =>");
            code.Line("    decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;");
        }
    }

    private static void WriteValues(CodeText code, IReadOnlyList<PlannedFunction> functions)
    {
        if (functions.Any(f => f.Draws(Generator.Hash)))
        {
            code.Gap();
            code.Line("/// <summary>The first bits of SHA-256, in hexadecimal digits.</summary>");
            code.Line("private static string Hash(string text, int bits) =>");
            code.Line("    (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) >> (64 - bits)).ToString($\"x{(bits + 3) / 4}\", CultureInfo.InvariantCulture);");
        }

        if (functions.Any(f => f.SendsList))
        {
            code.Gap();
            code.Line("/// <summary>A list as PostgreSQL writes arrays.</summary>");
            code.Line("private static string ArrayOf(IEnumerable<string> items) =>");
            code.Line("    \"{\" + string.Join(',', items.Select(i => '\"' + i.Replace(\"\\\\\", \"\\\\\\\\\").Replace(\"\\\"\", \"\\\\\\\"\") + '\"')) + \"}\";");
        }
    }

    private static void WriteSend(CodeText code, bool keeps)
    {
        code.Gap();
        code.Line("/// <summary>");
        code.Line("/// Sends one statement. Values go as text without a type, so that PostgreSQL infers what each of them is. Returns how many rows came");
        code.Line($"/// back, or were affected where none come back{(keeps ? ", and the first row" : "")}.");
        code.Line("/// </summary>");
        using (code.Braces($"private static async Task<{(keeps ? "Reply" : "long")}> SendAsync(NpgsqlConnection connection, string sql, object?[] values, CancellationToken cancellation)", ownLine: true))
        {
            code.Line($"await using var command = new NpgsqlCommand(sql, connection){(keeps ? " { AllResultTypesAreUnknown = true }" : "")};");
            using (code.Braces("foreach (var value in values)", ownLine: true))
            {
                code.Line("var text = value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture);");
                code.Line("command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = (object?)text ?? DBNull.Value });");
            }

            code.Gap();
            code.Line("await using var reader = await command.ExecuteReaderAsync(cancellation);");
            code.Line("var returnsRows = reader.FieldCount > 0;");
            code.Line("long rows = 0;");
            if (keeps)
            {
                code.Line("var first = new Dictionary<string, string?>();");
                using (code.Braces("while (await reader.ReadAsync(cancellation))", ownLine: true))
                {
                    code.Line("if (rows++ > 0) continue;");
                    code.Line("for (var i = 0; i < reader.FieldCount; i++) first[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetString(i);");
                }
            }
            else
            {
                code.Line("while (await reader.ReadAsync(cancellation)) rows++;");
            }

            code.Gap();
            code.Line("await reader.NextResultAsync(cancellation);");
            var count = "returnsRows ? rows : Math.Max(0, reader.RecordsAffected)";
            code.Line(keeps ? $"return new Reply({count}, first);" : $"return {count};");
        }
    }

    private static void WriteReply(CodeText code, IReadOnlyList<PlannedFunction> functions)
    {
        code.Gap();
        code.Line("/// <summary>What came back. Without a row, or for NULL, a column is null.</summary>");
        using (code.Braces("private sealed record Reply(long Rows, Dictionary<string, string?> First)", ownLine: true))
        {
            code.Line("/// <summary>A column's text, as psql would show it.</summary>");
            code.Line("public string? this[string column] => First.GetValueOrDefault(column);");
            if (Keeps(NameKind.Flag))
            {
                code.Gap();
                code.Line("public bool? Flag(string column) => this[column] is { } text ? text == \"t\" : null;");
            }

            if (Keeps(NameKind.Number))
            {
                code.Gap();
                code.Line("public decimal? Number(string column) => this[column] is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : null;");
            }
        }

        bool Keeps(NameKind kind) => functions.Any(f => f.Any(n => n is PlannedSend send && send.Keep.Any(k => k.Variable.Kind == kind)));
    }
}
