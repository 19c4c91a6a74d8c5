namespace ILGPU.Algorithms;

/// <summary>Elementary functions: those of the host's library, as with ILGPU on a CPU.</summary>
public static class XMath
{
    public const float E = MathF.E;
    public const float PI = MathF.PI;
    public const double ED = Math.E;
    public const double PID = Math.PI;

    public static float Abs(float value) => MathF.Abs(value);

    public static float Acos(float value) => MathF.Acos(value);

    public static float Asin(float value) => MathF.Asin(value);

    public static float Atan(float value) => MathF.Atan(value);

    public static float Ceiling(float value) => MathF.Ceiling(value);

    public static float Cos(float value) => MathF.Cos(value);

    public static float Cosh(float value) => MathF.Cosh(value);

    public static float Exp(float value) => MathF.Exp(value);

    public static float Floor(float value) => MathF.Floor(value);

    public static float Log(float value) => MathF.Log(value);

    public static float Log10(float value) => MathF.Log10(value);

    public static float Log2(float value) => MathF.Log2(value);

    public static float Sin(float value) => MathF.Sin(value);

    public static float Sinh(float value) => MathF.Sinh(value);

    public static float Sqrt(float value) => MathF.Sqrt(value);

    public static float Tan(float value) => MathF.Tan(value);

    public static float Tanh(float value) => MathF.Tanh(value);

    public static float Truncate(float value) => MathF.Truncate(value);

    public static float Exp2(float value) => MathF.Pow(2.0f, value);

    public static float Rcp(float value) => 1.0f / value;

    public static float Rsqrt(float value) => 1.0f / MathF.Sqrt(value);

    public static float Atan2(float y, float x) => MathF.Atan2(y, x);

    public static float Max(float first, float second) => MathF.Max(first, second);

    public static float Min(float first, float second) => MathF.Min(first, second);

    public static float Pow(float @base, float exp) => MathF.Pow(@base, exp);

    public static float Clamp(float value, float min, float max) => Max(Min(value, max), min);

    public static int Sign(float value) => value < 0 ? -1 : value > 0 ? 1 : 0;

    public static bool IsNaN(float value) => float.IsNaN(value);

    public static bool IsInfinity(float value) => float.IsInfinity(value);

    public static bool IsFinite(float value) => float.IsFinite(value);

    public static double Abs(double value) => Math.Abs(value);

    public static double Acos(double value) => Math.Acos(value);

    public static double Asin(double value) => Math.Asin(value);

    public static double Atan(double value) => Math.Atan(value);

    public static double Ceiling(double value) => Math.Ceiling(value);

    public static double Cos(double value) => Math.Cos(value);

    public static double Cosh(double value) => Math.Cosh(value);

    public static double Exp(double value) => Math.Exp(value);

    public static double Floor(double value) => Math.Floor(value);

    public static double Log(double value) => Math.Log(value);

    public static double Log10(double value) => Math.Log10(value);

    public static double Log2(double value) => Math.Log2(value);

    public static double Sin(double value) => Math.Sin(value);

    public static double Sinh(double value) => Math.Sinh(value);

    public static double Sqrt(double value) => Math.Sqrt(value);

    public static double Tan(double value) => Math.Tan(value);

    public static double Tanh(double value) => Math.Tanh(value);

    public static double Truncate(double value) => Math.Truncate(value);

    public static double Exp2(double value) => Math.Pow(2.0, value);

    public static double Rcp(double value) => 1.0 / value;

    public static double Rsqrt(double value) => 1.0 / Math.Sqrt(value);

    public static double Atan2(double y, double x) => Math.Atan2(y, x);

    public static double Max(double first, double second) => Math.Max(first, second);

    public static double Min(double first, double second) => Math.Min(first, second);

    public static double Pow(double @base, double exp) => Math.Pow(@base, exp);

    public static double Clamp(double value, double min, double max) => Max(Min(value, max), min);

    public static int Sign(double value) => value < 0 ? -1 : value > 0 ? 1 : 0;

    public static bool IsNaN(double value) => double.IsNaN(value);

    public static bool IsInfinity(double value) => double.IsInfinity(value);

    public static bool IsFinite(double value) => double.IsFinite(value);

    public static int Abs(int value) => Math.Abs(value);

    public static long Abs(long value) => Math.Abs(value);

    public static int Max(int first, int second) => Math.Max(first, second);

    public static int Min(int first, int second) => Math.Min(first, second);

    public static int Clamp(int value, int min, int max) => Max(Min(value, max), min);

    public static uint Max(uint first, uint second) => Math.Max(first, second);

    public static uint Min(uint first, uint second) => Math.Min(first, second);

    public static uint Clamp(uint value, uint min, uint max) => Max(Min(value, max), min);

    public static long Max(long first, long second) => Math.Max(first, second);

    public static long Min(long first, long second) => Math.Min(first, second);

    public static long Clamp(long value, long min, long max) => Max(Min(value, max), min);

    public static ulong Max(ulong first, ulong second) => Math.Max(first, second);

    public static ulong Min(ulong first, ulong second) => Math.Min(first, second);

    public static ulong Clamp(ulong value, ulong min, ulong max) => Max(Min(value, max), min);

    public static int DivRoundUp(int numerator, int denominator) => (numerator + denominator - 1) / denominator;

    public static long DivRoundUp(long numerator, long denominator) => (numerator + denominator - 1) / denominator;
}
