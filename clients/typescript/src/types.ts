// Made by generate.mjs from the content types; run it again when they change.

/** What a job is, what it pays, how to get there */
export interface RoleGuide {
  /** Title */
  title: string;
  /** Occupation */
  role: string;
  /** Occupation code (SOC) */
  occupationCode?: string;
  /** Byline */
  byline: string;
  /** Summary */
  summary: string;
  /** Introduction; Markdown, unless asked for otherwise */
  introduction: string;
  /** Duties */
  duties: {
    /** What they do; Markdown, unless asked for otherwise */
    body?: string;
    /** Duties */
    items?: string[];
  };
  /** Skills */
  skills: {
    /** What they need; Markdown, unless asked for otherwise */
    body?: string;
    /** Skills */
    items?: string[];
  };
  /** Education and certifications */
  education: {
    /** How they learn it; Markdown, unless asked for otherwise */
    body?: string;
    /** Certifications */
    certifications?: {
      /** Vendor */
      vendor: string;
      /** Name */
      name: string;
      /** Link */
      url?: string;
    }[];
  };
  /** Career path; Markdown, unless asked for otherwise */
  careerPath: string;
  /** Comparisons */
  comparisons?: {
    /** Compared with */
    with: string;
    /** Comparison; Markdown, unless asked for otherwise */
    body: string;
  }[];
  /** Compensation */
  compensation: {
    /** Salary bands */
    bands: {
      /** Level */
      level: string;
      /** From years */
      minYears: number;
      /** To years */
      maxYears?: number;
      /** Low */
      low: number;
      /** High */
      high: number;
      /** And more */
      openEnded?: boolean;
    }[];
    /** Currency (ISO 4217) */
    currency: string;
    /** Per */
    period: "year";
    /** Region (ISO 3166) */
    region: string;
    /** Year of the data */
    dataYear: number;
    /** Note; Markdown, unless asked for otherwise */
    note?: string;
  };
  /** Hiring */
  hiring?: {
    /** Heading */
    heading?: string;
    /** For those who hire; Markdown, unless asked for otherwise */
    body?: string;
  };
  /** Calls to action */
  callsToAction?: {
    /** Audience */
    audience: string;
    /** Heading */
    heading: string;
    /** Text; Markdown, unless asked for otherwise */
    body?: string;
    /** Label */
    label: string;
    /** Link */
    href: string;
  }[];
  /** Related training */
  relatedTraining?: {
    /** Title */
    title: string;
    /** Link */
    href: string;
  }[];
  /** Tags */
  tags?: string[];
}

/** The content of each type, by its name. */
export interface ContentTypes {
  "role-guide": RoleGuide;
}
