namespace RaceLab.Web.Races;

/// <summary>What is chosen on the page that is shown, so that the bar's links carry it along to the others. One for each browser tab.</summary>
public sealed class CarriedChoice
{
    /// <summary>Raised when something else was chosen.</summary>
    public event Action? Changed;

    /// <summary>The scenario's id; null: none.</summary>
    public string? Scenario { get; private set; }

    /// <summary>The strategy's id; null: none.</summary>
    public string? Strategy { get; private set; }

    /// <summary>The query that carries it, with its question mark; empty where nothing is chosen.</summary>
    public string Query => LinkQuery.Write(("scenario", Scenario), ("strategy", Strategy));

    /// <summary>Says what is chosen now.</summary>
    public void Carry(string? scenario, string? strategy)
    {
        if ((scenario, strategy) == (Scenario, Strategy)) return;
        (Scenario, Strategy) = (scenario, strategy);
        Changed?.Invoke();
    }
}
