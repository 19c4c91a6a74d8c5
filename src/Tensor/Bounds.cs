using System.Runtime.CompilerServices;

namespace DeepSharp;

/// <summary>Checks of arguments whose errors name the operation.</summary>
internal static class Bounds
{
    /// <summary>Refuses a value below the least one.</summary>
    internal static void AtLeast(int least, int value, string operation, [CallerArgumentExpression(nameof(value))] string argument = "")
    {
        if (value < least)
        {
            throw new ArgumentOutOfRangeException(argument, $"{operation}: {argument} must be at least {least}, and is {value}.");
        }
    }

    /// <summary>Refuses what cannot keep a divisor from zero.</summary>
    internal static void Epsilon(double epsilon, string operation)
    {
        if (!(epsilon >= 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"{operation}: epsilon must be finite and not negative, not {epsilon}.");
        }
    }
}
