using System.Globalization;

namespace DeepSharp.Tables;

/// <summary>Learns from a table what an encoding must know of its columns.</summary>
internal static class ColumnFit
{
    internal static FittedColumn Feature(Table table, TableFeature feature)
    {
        ArgumentNullException.ThrowIfNull(feature, "features");
        return feature switch
        {
            NumberFeature number => Number(table, number),
            CategoryFeature category => Category(table, category),
            _ => throw new ArgumentException($"Fit: features are NumberFeature and CategoryFeature, not {feature.GetType().Name}."),
        };
    }

    internal static FittedColumn Target(Table table, TableTarget target)
    {
        ArgumentNullException.ThrowIfNull(target, "targets");
        TableColumn column = table.Column(target.Column, "Fit");
        switch (target)
        {
            case ClassTarget classes:
                string[] names = [.. classes.Classes ?? Sorted(column)];
                return names.Length >= 2 && names.Distinct().Count() == names.Length
                    ? new FittedColumn { Column = column.Name, Role = ColumnRole.ClassTarget, Kind = column.Kind, Categories = names }
                    : throw new ArgumentException(
                        $"Fit: column '{column.Name}' of {table.Source} must have at least two different classes, not [{string.Join(", ", names)}].");
            case NumberTarget number:
                double[] values = Values(table, column, nameof(NumberTarget));
                (double mean, double deviation) = number.Standardize ? Moments(values) : (0, 1);
                return new FittedColumn { Column = column.Name, Role = ColumnRole.NumberTarget, Kind = column.Kind, Mean = mean, Deviation = deviation };
            default:
                throw new ArgumentException($"Fit: targets are ClassTarget and NumberTarget, not {target.GetType().Name}.");
        }
    }

    private static FittedColumn Number(Table table, NumberFeature feature)
    {
        TableColumn column = table.Column(feature.Column, "Fit");
        double[] values = Values(table, column, nameof(NumberFeature));
        (double mean, double deviation) = feature.Standardize ? Moments(values) : (0, 1);
        double fill = feature.Missing switch
        {
            MissingValues.Refuse => 0,
            MissingValues.Mean => Moments(values).Mean,
            MissingValues.Median => Median(values),
            MissingValues.Constant when double.IsFinite(feature.Constant) => feature.Constant,
            _ => throw new ArgumentException(
                $"Fit: missing numbers of column '{column.Name}' are refused, or a mean, a median or a finite constant stands for them, not {feature.Missing} "
                + $"({feature.Constant})."),
        };
        return new FittedColumn
        {
            Column = column.Name,
            Role = ColumnRole.NumberFeature,
            Kind = column.Kind,
            Missing = feature.Missing,
            Indicator = feature.Indicator,
            Fill = fill,
            Mean = mean,
            Deviation = deviation,
        };
    }

    private static FittedColumn Category(Table table, CategoryFeature feature)
    {
        TableColumn column = table.Column(feature.Column, "Fit");
        if (feature.Missing is MissingValues.Mean or MissingValues.Median || (feature.Missing == MissingValues.Constant && feature.Constant is null))
        {
            throw new ArgumentException(
                $"Fit: missing categories of column '{column.Name}' are refused, or a category of their own or a constant stands for them "
                + $"(CategoryFeature.Constant), not {feature.Missing}.");
        }

        if ((feature.Embed && feature.Unknown == UnknownCategory.Zeros) || feature.MinCount < 1
            || (feature.MinCount > 1 && feature.Unknown == UnknownCategory.Refuse))
        {
            throw new ArgumentException(
                $"Fit: column '{column.Name}': unknown categories cannot be {feature.Unknown} with Embed = {feature.Embed} and MinCount = {feature.MinCount}. "
                + "Zeros go with categories that are not embedded, and a MinCount above 1 needs Zeros or Category for those below it.");
        }

        string? constant = feature.Missing == MissingValues.Constant ? feature.Constant : null;
        string[] categories = Sorted(column, feature.MinCount);
        return new FittedColumn
        {
            Column = column.Name,
            Role = ColumnRole.CategoryFeature,
            Kind = column.Kind,
            Missing = feature.Missing,
            Indicator = feature.Indicator,
            Categories = constant is null || categories.Contains(constant) ? categories : [.. categories, constant],
            MissingCategory = constant,
            Unknown = feature.Unknown,
            Embed = feature.Embed,
        };
    }

    /// <summary>The different values: numbers by size, others by their characters.</summary>
    private static string[] Sorted(TableColumn column, int least = 1)
    {
        TableColumn text = column.AsText();
        int[] counts = new int[text.Texts.Length];
        foreach (int code in text.Codes)
        {
            if (code >= 0)
            {
                counts[code]++;
            }
        }

        string[] values = [.. text.Texts.Where((_, code) => counts[code] >= least)];
        return values.All(static value => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            ? [.. values.OrderBy(static value => double.Parse(value, CultureInfo.InvariantCulture)).ThenBy(static value => value, StringComparer.Ordinal)]
            : [.. values.Order(StringComparer.Ordinal)];
    }

    /// <summary>The numbers that are there.</summary>
    private static double[] Values(Table table, TableColumn column, string role)
    {
        if (column.Kind == ColumnKind.Text)
        {
            int row = Array.FindIndex(column.Codes, static code => code >= 0);
            throw new ArgumentException(
                $"Fit: column '{column.Name}' of {table.Source} is text, such as '{column.Text(row)}', and no {role}. Take a CategoryFeature or "
                + "ClassTarget, or read the column as numbers (CsvOptions.Kinds).");
        }

        int odd = Array.FindIndex(column.Numbers, double.IsInfinity);
        if (odd >= 0)
        {
            throw table.Bad(odd, column.Name, $"expected a finite number, and found {column.Numbers[odd]}.");
        }

        double[] values = [.. column.Numbers.Where(static number => !double.IsNaN(number))];
        return values.Length > 0
            ? values
            : throw new ArgumentException($"Fit: column '{column.Name}' of {table.Source} has no values at all. Leave it out.");
    }

    private static (double Mean, double Deviation) Moments(double[] values)
    {
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length);

        // Rounding of the mean alone is no deviation.
        return (mean, deviation > 1e-12 * Math.Abs(mean) ? deviation : 1);
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
