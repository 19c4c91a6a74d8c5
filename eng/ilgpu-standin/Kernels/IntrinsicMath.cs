namespace ILGPU;

/// <summary>Arithmetic that every device has.</summary>
public static class IntrinsicMath
{
    public static int Abs(int value) => Math.Abs(value);
    public static long Abs(long value) => Math.Abs(value);
    public static float Abs(float value) => Math.Abs(value);
    public static double Abs(double value) => Math.Abs(value);
    public static int Max(int first, int second) => Math.Max(first, second);
    public static uint Max(uint first, uint second) => Math.Max(first, second);
    public static long Max(long first, long second) => Math.Max(first, second);
    public static ulong Max(ulong first, ulong second) => Math.Max(first, second);
    public static float Max(float first, float second) => Math.Max(first, second);
    public static double Max(double first, double second) => Math.Max(first, second);
    public static int Min(int first, int second) => Math.Min(first, second);
    public static uint Min(uint first, uint second) => Math.Min(first, second);
    public static long Min(long first, long second) => Math.Min(first, second);
    public static ulong Min(ulong first, ulong second) => Math.Min(first, second);
    public static float Min(float first, float second) => Math.Min(first, second);
    public static double Min(double first, double second) => Math.Min(first, second);
    public static int Clamp(int value, int min, int max) => Max(Min(value, max), min);
    public static uint Clamp(uint value, uint min, uint max) => Max(Min(value, max), min);
    public static long Clamp(long value, long min, long max) => Max(Min(value, max), min);
    public static ulong Clamp(ulong value, ulong min, ulong max) => Max(Min(value, max), min);
    public static float Clamp(float value, float min, float max) => Max(Min(value, max), min);
    public static double Clamp(double value, double min, double max) => Max(Min(value, max), min);
    public static float CopySign(float x, float y) => MathF.CopySign(x, y);
    public static double CopySign(double x, double y) => Math.CopySign(x, y);
    public static int DivRoundUp(int numerator, int denominator) => (numerator + denominator - 1) / denominator;
    public static long DivRoundUp(long numerator, long denominator) => (numerator + denominator - 1) / denominator;
    public static int DivRoundDown(int numerator, int denominator) => numerator / denominator;
    public static long DivRoundDown(long numerator, long denominator) => numerator / denominator;
}
