namespace DeepSharp.Training;

/// <summary>A round value of an axis and its label; what follows a caret is written raised.</summary>
internal readonly record struct AxisTick(double Value, string Label);
