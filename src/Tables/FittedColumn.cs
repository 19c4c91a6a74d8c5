namespace DeepSharp.Tables;

/// <summary>What an encoding knows of a column; what it saves.</summary>
/// <remarks>The compiler's JSON reader sets what is <c>init</c> to nothing where the file has no word of it; what is <c>set</c> keeps its default.</remarks>
internal sealed record FittedColumn
{
    public required string Column { get; init; }

    public required ColumnRole Role { get; init; }

    /// <summary>What the column was in the table that the encoding was fitted to.</summary>
    public required ColumnKind Kind { get; init; }

    public MissingValues Missing { get; set; }

    public bool Indicator { get; set; }

    /// <summary>What stands for a missing number.</summary>
    public double Fill { get; set; }

    /// <summary>A number x is encoded as (x − <see cref="Mean"/>) / <see cref="Deviation"/>.</summary>
    public double Mean { get; set; }

    public double Deviation { get; set; } = 1;

    public string[] Categories { get; set; } = [];

    /// <summary>The category of missing values; null if there is none, or they have one of their own.</summary>
    public string? MissingCategory { get; set; }

    public UnknownCategory Unknown { get; set; }

    public bool Embed { get; set; }

    /// <summary>The categories' names by number; behind those of the data come those of missing and of unknown values.</summary>
    internal string[] Names() =>
    [
        .. Categories,
        .. Missing == MissingValues.Category ? ["(missing)"] : Array.Empty<string>(),
        .. Unknown == UnknownCategory.Category ? ["(unknown)"] : Array.Empty<string>(),
    ];

    /// <summary>How many columns of numbers the feature has.</summary>
    internal int Width() => (Role != ColumnRole.CategoryFeature ? 1 : Embed ? 0 : Names().Length) + (Indicator ? 1 : 0);

    /// <summary>Why it cannot be one that was saved; null if it can.</summary>
    internal string? Misfit() =>
        Categories.Distinct().Count() < Categories.Length ? "has a category twice"
        : !double.IsFinite(Fill) || !double.IsFinite(Mean) || !(double.IsFinite(Deviation) && Deviation > 0) ? "has numbers that are none"
        : Kind == ColumnKind.Text && Role is (ColumnRole.NumberFeature or ColumnRole.NumberTarget) ? "is a number made of text"
        : Embed && Role != ColumnRole.CategoryFeature ? "is embedded without categories"
        : Role == ColumnRole.CategoryFeature && Missing == MissingValues.Constant && MissingCategory is null ? "has no category for missing values"
        : MissingCategory is not null && !Categories.Contains(MissingCategory) ? $"has no category '{MissingCategory}' for missing values"
        : !Enum.IsDefined(Role) || !Enum.IsDefined(Kind) || !Enum.IsDefined(Missing) || !Enum.IsDefined(Unknown) ? "has unknown words"
        : null;
}
