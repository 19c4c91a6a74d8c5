namespace DeepSharp.Tables;

/// <summary>What becomes of a category that the encoding does not know.</summary>
public enum UnknownCategory
{
    /// <summary>It is an error that names row, column and value.</summary>
    Refuse,

    /// <summary>It is none of the known: zeros in all their columns. For categories that are not embedded.</summary>
    Zeros,

    /// <summary>It is a category of its own, which all unknown ones share; <see cref="CategoryFeature.MinCount"/> gives it rows to learn from.</summary>
    Category,
}
