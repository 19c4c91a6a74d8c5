using DeepSharp.Data;

namespace DeepSharp.Tables;

/// <summary>Makes features and targets of tables, always as it has learned from one of them: that of the training.</summary>
/// <remarks>
/// <para>Features are up to two tensors: Float32 [n, d] of all numbers, one-hot categories and indicators, in the order of the features
/// (<see cref="FeatureNames"/>); and, if categories are embedded, Int32 [n, k] of their numbers (<see cref="EmbeddedColumns"/>). Targets are Int32 labels [n] for
/// each <see cref="ClassTarget"/>, and one Float32 tensor [n, k] of all <see cref="NumberTarget"/>s behind them.</para>
/// <para>Means, medians, categories and classes are those of the table that it is fitted to, so that nothing of a test leaks into the
/// training; saved beside the network, it encodes new rows in another program as it did in the training.</para>
/// </remarks>
public sealed class TableEncoding
{
    private readonly FittedColumn[] _features;
    private readonly FittedColumn[] _targets;

    private TableEncoding(FittedColumn[] features, FittedColumn[] targets)
    {
        (_features, _targets) = (features, targets);
        FeatureNames = [.. features.SelectMany(static feature => (string[])
        [
            .. feature.Role == ColumnRole.NumberFeature ? [feature.Column] : feature.Embed ? [] : feature.Names().Select(name => $"{feature.Column}={name}"),
            .. feature.Indicator ? [$"{feature.Column} missing"] : Array.Empty<string>(),
        ])];
        EmbeddedColumns = [.. features.Where(static feature => feature.Embed).Select(static feature => feature.Column)];
        Kinds = features.Concat(targets).DistinctBy(static column => column.Column).ToDictionary(static column => column.Column, static column => column.Kind);
    }

    /// <summary>What the columns of the features' first tensor are, such as <c>age</c>, <c>age missing</c> and <c>town=Bern</c>.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>The columns whose categories are numbers for embeddings, in the order in which the features' last tensor has them.</summary>
    public IReadOnlyList<string> EmbeddedColumns { get; }

    /// <summary>What the columns were in the table that the encoding was fitted to: <see cref="CsvOptions.Kinds"/> for files of new rows, which
    /// may look otherwise by chance.</summary>
    public IReadOnlyDictionary<string, ColumnKind> Kinds { get; }

    /// <summary>Learns an encoding from a table.</summary>
    /// <param name="table">The table: the part that a network is trained with, alone.</param>
    /// <param name="targets">What the network is to predict.</param>
    /// <param name="features">What it predicts from; if null, what <see cref="TableFeature.Infer"/> finds in the other columns.</param>
    /// <exception cref="ArgumentException">There is no such column, a feature or target does not fit its column, or a column is two features.</exception>
    /// <exception cref="InvalidDataException">A number is infinite, or a text is no category; the message names row and column.</exception>
    public static TableEncoding Fit(Table table, IReadOnlyList<TableTarget> targets, IReadOnlyList<TableFeature>? features = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(targets);
        if (table.Count == 0)
        {
            throw new ArgumentException($"Fit: {table.Source} has no rows, from which nothing is learned.", nameof(table));
        }

        FittedColumn[] fitted = [.. targets.Select(target => ColumnFit.Target(table, target))];
        FittedColumn[] made = [.. (features ?? TableFeature.Infer(table, fitted.Select(static target => target.Column)))
            .Select(feature => ColumnFit.Feature(table, feature))];
        string? twice = made.Concat(fitted).CountBy(static column => column.Column).FirstOrDefault(static entry => entry.Value > 1).Key;
        return made.Length > 0 && twice is null
            ? new TableEncoding(made, fitted)
            : throw new ArgumentException(
                twice is null ? "Fit: there must be at least one feature." : $"Fit: column '{twice}' is named twice among features and targets.");
    }

    /// <summary>The names by number of the categories of a column, or of a target's classes. Their count is that of an embedding's vectors, or
    /// of a network's outputs.</summary>
    /// <param name="column">The column of a <see cref="CategoryFeature"/> or <see cref="ClassTarget"/>.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public IReadOnlyList<string> Categories(string column) =>
        _features.Concat(_targets).FirstOrDefault(fitted => fitted.Column == column && fitted.Role is (ColumnRole.CategoryFeature or ColumnRole.ClassTarget))
            is { } found
            ? found.Names()
            : throw new ArgumentException($"Categories: '{column}' is neither a category feature nor a class target of {this}.", nameof(column));

    /// <summary>A data set of a table's features and targets.</summary>
    /// <param name="table">The table.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentException">The table lacks a column, or the encoding has no targets.</exception>
    /// <exception cref="InvalidDataException">A cell does not fit: the message names row, column, value and what to do.</exception>
    public Dataset Apply(Table table, Device? device = null)
    {
        IReadOnlyList<Tensor> features = Features(table, device);
        if (_targets.Length == 0)
        {
            throw new ArgumentException("Apply: the encoding was fitted without targets, and a data set has some. Take Features.");
        }

        List<Tensor> targets = [.. _targets.Where(static target => target.Role == ColumnRole.ClassTarget)
            .Select(target => Tensor.From(ColumnEncoder.Categories(table, target), device))];
        FittedColumn[] numbers = [.. _targets.Where(static target => target.Role == ColumnRole.NumberTarget)];
        if (numbers.Length > 0)
        {
            targets.Add(Dense(table, numbers, [], device));
        }

        return new Dataset(features, targets);
    }

    /// <summary>The features of a table's rows, which needs no targets.</summary>
    /// <inheritdoc cref="Apply"/>
    public IReadOnlyList<Tensor> Features(Table table, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        int[]?[] categories = [.. _features.Select(feature =>
            feature.Role == ColumnRole.CategoryFeature ? ColumnEncoder.Categories(table, feature) : null)];
        List<Tensor> tensors = [];
        if (FeatureNames.Count > 0)
        {
            tensors.Add(Dense(table, _features, categories, device));
        }

        if (EmbeddedColumns.Count > 0)
        {
            int[][] embedded = [.. categories.Where((_, i) => _features[i].Embed).Select(static numbers => numbers!)];
            int[] rows = new int[checked(table.Count * embedded.Length)];
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = embedded[i % embedded.Length][i / embedded.Length];
            }

            tensors.Add(Tensor.From(rows, [table.Count, embedded.Length], device));
        }

        return tensors;
    }

    /// <summary>The features of a single row, as tensors of one row.</summary>
    /// <param name="row">A value for each column of a feature: a number, a text, a date, or null where it is missing. Others are not looked at.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentException">A column is missing, or a value is of another kind than its column.</exception>
    /// <exception cref="InvalidDataException">A value does not fit: a category is not known, or null is refused.</exception>
    public IReadOnlyList<Tensor> Features(IReadOnlyDictionary<string, object?> row, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Features(RowTable.Of(row, _features.Select(static feature => (feature.Column, feature.Kind))), device);
    }

    /// <summary>Predictions of the number targets on their own scale: what <see cref="NumberTarget.Standardize"/> did is undone.</summary>
    /// <param name="predictions">A network's outputs [n, k], in the order of the targets.</param>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public Tensor TargetNumbers(Tensor predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        FittedColumn[] numbers = [.. _targets.Where(static target => target.Role == ColumnRole.NumberTarget)];
        if (predictions.Rank != 2 || predictions.Shape[1] != numbers.Length)
        {
            throw new ArgumentException(
                $"TargetNumbers: predictions {predictions.Shape} do not fit the {numbers.Length} number targets; they must be [n, {numbers.Length}].",
                nameof(predictions));
        }

        Tensor scale = Tensor.From([.. numbers.Select(static target => (float)target.Deviation)], predictions.Device).To(predictions.DType);
        return (predictions * scale) + Tensor.From([.. numbers.Select(static target => (float)target.Mean)], predictions.Device).To(predictions.DType);
    }

    /// <summary>Writes the encoding as JSON, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => EncodingFile.Save(path, _features, _targets);

    /// <summary>Reads an encoding that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not an encoding; the message says what was found.</exception>
    public static TableEncoding Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        EncodingFile file = EncodingFile.Load(path);
        return new TableEncoding(file.Features, file.Targets);
    }

    /// <summary>The columns of features and targets.</summary>
    public override string ToString() =>
        $"TableEncoding: {string.Join(", ", _features.Select(static feature => feature.Column))} -> "
        + $"{string.Join(", ", _targets.Select(static target => target.Column))}";

    private static Tensor Dense(Table table, FittedColumn[] columns, int[]?[] categories, Device? device)
    {
        int width = columns.Sum(static column => column.Width());
        float[] rows = new float[checked(table.Count * width)];
        int place = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i].Role == ColumnRole.CategoryFeature)
            {
                ColumnEncoder.Categories(table, columns[i], categories[i]!, rows, width, place);
            }
            else
            {
                ColumnEncoder.Numbers(table, columns[i], rows, width, place);
            }

            place += columns[i].Width();
        }

        return Tensor.From(rows, [table.Count, width], device);
    }
}
