namespace DeepSharp.Tests;

/// <summary>The two surfaces of the golden trajectories, as losses and by hand.</summary>
internal static class Surface
{
    internal static readonly double[] QuadraticStart = [1.5, -2];
    internal static readonly double[] RosenbrockStart = [-1.2, 1];

    internal static double[] Start(string name) => name == "quadratic" ? QuadraticStart : RosenbrockStart;

    internal static Tensor Loss(string name, Tensor point) => name == "quadratic" ? Quadratic(point) : Rosenbrock(point);

    /// <summary>25 x² + 3 x y + y² / 2.</summary>
    internal static Tensor Quadratic(Tensor point)
    {
        Tensor x = point[0];
        Tensor y = point[1];
        return (25 * x * x) + (3 * x * y) + (0.5 * y * y);
    }

    /// <summary>(1 - x)² + 100 (y - x²)².</summary>
    internal static Tensor Rosenbrock(Tensor point)
    {
        Tensor x = point[0];
        Tensor y = point[1];
        return (1 - x).Square() + (100 * (y - x.Square()).Square());
    }

    internal static double[] Gradient(string name, double[] p) => name == "quadratic"
        ? [(50 * p[0]) + (3 * p[1]), (3 * p[0]) + p[1]]
        : [(-2 * (1 - p[0])) - (400 * p[0] * (p[1] - (p[0] * p[0]))), 200 * (p[1] - (p[0] * p[0]))];

    internal static Parameter Point(string name, DType dtype, Device? device = null) =>
        new(Tensor.From(Start(name), device ?? Device.Cpu).To(dtype));

    internal static Parameter Parameter(double[] values, DType dtype = DType.Float64, Device? device = null) =>
        new(Tensor.From(values, device ?? Device.Cpu).To(dtype));

    internal static double[] Values(this Tensor tensor) => tensor.To(Device.Cpu).To(DType.Float64).ToArray<double>();

    /// <summary>Sets a parameter's gradient to a function of each of its elements, where the graph is not what is tested.</summary>
    internal static void SetGradient(this Parameter parameter, Func<double, double> derivative) =>
        parameter.Gradient!.CopyFrom(Tensor.From([.. parameter.Values().Select(derivative)], parameter.Shape, Device.Cpu).To(parameter.DType));
}
