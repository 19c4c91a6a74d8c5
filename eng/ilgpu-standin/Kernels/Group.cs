using ILGPU.Execution;

namespace ILGPU;

/// <summary>Where a kernel's thread stands in its group, and how the group waits for all of its threads.</summary>
public static class Group
{
    public static int IdxX => Lane.Current.Group.X;

    public static int IdxY => Lane.Current.Group.Y;

    public static int IdxZ => Lane.Current.Group.Z;

    public static Index3D Index => Lane.Current.Group;

    public static int DimX => Lane.Current.GroupDim.X;

    public static int DimY => Lane.Current.GroupDim.Y;

    public static int DimZ => Lane.Current.GroupDim.Z;

    public static Index3D Dimension => Lane.Current.GroupDim;

    public static int LinearIndex => Lane.Current.Number;

    public static bool IsFirstThread => LinearIndex == 0;

    public static bool IsLastThread => LinearIndex == Dimension.Size - 1;

    public static void Barrier() => Lane.Current.Barrier();

    /// <summary>A barrier that counts for how many threads <paramref name="predicate"/> holds.</summary>
    public static int BarrierPopCount(bool predicate) => Lane.Current.Vote(predicate).Yes;

    /// <summary>A barrier that says whether <paramref name="predicate"/> holds for all threads.</summary>
    public static bool BarrierAnd(bool predicate)
    {
        (int yes, int all) = Lane.Current.Vote(predicate);
        return yes == all;
    }

    /// <summary>A barrier that says whether <paramref name="predicate"/> holds for any thread.</summary>
    public static bool BarrierOr(bool predicate) => Lane.Current.Vote(predicate).Yes > 0;
}
