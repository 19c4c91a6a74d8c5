namespace DeepSharp.Kernels;

/// <summary>What the forms of batch norm are given, checked.</summary>
/// <param name="Y">The output.</param>
/// <param name="X">The input, [N, C, …].</param>
/// <param name="Scale">[C] or null.</param>
/// <param name="Shift">[C] or null.</param>
/// <param name="Mean">The mean: an output, or an input if the statistics are given.</param>
/// <param name="Spread">An output for 1 / sqrt(variance + epsilon); the variance itself if the statistics are given.</param>
/// <param name="RunningMean">[C] or null.</param>
/// <param name="RunningVariance">[C] or null.</param>
/// <param name="Momentum">How far the running statistics move.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="StatisticsAreGiven">Whether this is evaluation.</param>
/// <param name="Residual">What is added to the input, or null. Without a place for the sum, the output's serves.</param>
internal readonly record struct BatchNormForward(
    Operand Y,
    Operand X,
    Operand? Scale,
    Operand? Shift,
    Operand Mean,
    Operand Spread,
    Operand? RunningMean,
    Operand? RunningVariance,
    double Momentum,
    double Epsilon,
    bool StatisticsAreGiven,
    NormResidual? Residual);

/// <summary>What the backward forms of batch norm are given, checked.</summary>
/// <param name="Gradients">The outputs.</param>
/// <param name="Dy">The gradient of the output.</param>
/// <param name="X">The input.</param>
/// <param name="Scale">[C] or null.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Spread">1 / sqrt(variance + epsilon); the variance itself if the statistics are given.</param>
/// <param name="Y">The output, behind the activation, if its derivative is a function of it.</param>
/// <param name="Epsilon">Added to the variance, if the statistics are given.</param>
/// <param name="StatisticsAreGiven">Whether this is evaluation: the gradient does not flow through the statistics.</param>
internal readonly record struct BatchNormBackward(
    NormGradients Gradients,
    Operand Dy,
    Operand X,
    Operand? Scale,
    Operand Mean,
    Operand Spread,
    Operand? Y,
    double Epsilon,
    bool StatisticsAreGiven);
