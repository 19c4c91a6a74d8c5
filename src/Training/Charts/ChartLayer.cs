namespace DeepSharp.Training;

/// <summary>Something drawn in a chart.</summary>
internal abstract record ChartLayer;

/// <summary>Points in their order, joined by lines.</summary>
internal sealed record LineLayer(string Name, double[] X, double[] Y, ChartStyle Style) : ChartLayer;

/// <summary>Lines along which a function has given values.</summary>
internal sealed record ContourLayer(Func<double, double, double> Function, double[] Levels, int Resolution) : ChartLayer;
